"""The addresses of the inventory."""

urlpatterns = []
