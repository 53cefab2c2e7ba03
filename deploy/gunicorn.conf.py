"""The web server's settings in a real installation; WEB_WORKERS and WEB_THREADS size it."""

import os

bind = "0.0.0.0:8000"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 60
graceful_timeout = 20
# A leak, should there be one, ends with its process; never all at once.
max_requests = 5000
max_requests_jitter = 500
# The heartbeat files live in memory: a slow disk must not look like a worker that hangs.
worker_tmp_dir = "/dev/shm"
# Only the reverse proxy can reach this port.
forwarded_allow_ips = "*"
# Addresses can hold public tokens; the proxy keeps the access log without them.
accesslog = None
control_socket_disable = True
