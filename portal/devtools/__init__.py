"""Tools for those who try, test and change the portal; nothing here runs in production."""
