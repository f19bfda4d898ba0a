"""Who else may vouch for a person: Google, and an OpenID Connect provider, where the environment names them."""

from urllib.parse import urlsplit

from keysite.environment import text, words

PROVIDERS = {"openid_connect": {"APPS": []}, "google": {"APPS": [], "SCOPE": ["profile", "email"]}}
ORIGINS = []  # where a form that leads to single sign-on ends

if text("KEYSITE_GOOGLE_CLIENT", ""):
    PROVIDERS["google"]["APPS"].append(
        {"client_id": text("KEYSITE_GOOGLE_CLIENT"), "secret": text("KEYSITE_GOOGLE_SECRET")}
    )
    ORIGINS.append("https://accounts.google.com")

if text("KEYSITE_OIDC_SERVER", ""):
    PROVIDERS["openid_connect"]["APPS"].append(
        {
            "provider_id": "sso",
            "name": text("KEYSITE_OIDC_NAME", "Single sign-on"),
            "client_id": text("KEYSITE_OIDC_CLIENT"),
            "secret": text("KEYSITE_OIDC_SECRET"),
            "settings": {
                "server_url": text("KEYSITE_OIDC_SERVER"),
                "verified_email": words("KEYSITE_OIDC_VERIFIED_DOMAINS"),
            },
        }
    )
    ORIGINS.append(urlsplit(text("KEYSITE_OIDC_SERVER"))._replace(path="", query="", fragment="").geturl())
