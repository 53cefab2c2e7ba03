"""API addresses of this app."""

from django.urls import path

from applications.api import serializers, views

urlpatterns = [
    path("applications/", views.ApplicationList.as_view(), name="api_applications"),
    path("applications/receive/", views.TakeIn.as_view(), name="api_take_in"),
    path("applications/<int:pk>/", views.ApplicationDetail.as_view(), name="api_application"),
    path("applications/<int:pk>/forward/", views.action_view("forward"), name="api_forward"),
    path("applications/<int:pk>/take/", views.action_view("take"), name="api_take"),
    path(
        "applications/<int:pk>/propose/",
        views.action_view("propose", serializers.ProposeSerializer),
        name="api_propose",
    ),
    path("applications/<int:pk>/sign/", views.action_view("sign", serializers.SignSerializer), name="api_sign"),
    path(
        "applications/<int:pk>/part-done/",
        views.action_view("part-done", serializers.PartDoneSerializer),
        name="api_part_done",
    ),
    path(
        "applications/<int:pk>/part-refused/",
        views.action_view("part-refused", serializers.PartRefusedSerializer),
        name="api_part_refused",
    ),
    path(
        "applications/<int:pk>/hand-over/",
        views.action_view("hand-over", serializers.HandOverSerializer),
        name="api_hand_over",
    ),
    path("tracking/", views.Tracking.as_view(), name="api_tracking"),
]
