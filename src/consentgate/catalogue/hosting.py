"""Hosts that a provider of storage or delivery gives to one customer: buckets and CDN hosts."""

from __future__ import annotations

_PROVIDERS = (
    ".akamaized.net",
    ".amazonaws.com",
    ".appspot.com",
    ".azureedge.net",
    ".azurefd.net",
    ".b-cdn.net",
    ".backblazeb2.com",
    ".blob.core.windows.net",
    ".cachefly.net",
    ".cdn77.org",
    ".cloudflarestorage.com",
    ".cloudfront.net",
    ".contabostorage.com",
    ".core.windows.net",
    ".digitaloceanspaces.com",
    ".edgekey.net",
    ".edgesuite.net",
    ".fastly.net",
    ".fastlylb.net",
    ".firebaseapp.com",
    ".gcdn.co",
    ".github.io",
    ".herokuapp.com",
    ".imgix.net",
    ".imagekit.io",
    ".kxcdn.com",
    ".linodeobjects.com",
    ".netdna-cdn.com",
    ".netdna-ssl.com",
    ".netlify.app",
    ".pages.dev",
    ".r2.dev",
    ".scw.cloud",
    ".stackpathcdn.com",
    ".storage.googleapis.com",
    ".supabase.co",
    ".twic.pics",
    ".vercel.app",
    ".wasabisys.com",
    ".web.app",
    ".wpenginepowered.com",
)
# A host that begins like this serves the buckets of all customers, which differ by their paths.
_SHARED = ("s3.", "s3-", "storage.googleapis.com", "sgp1.", "nyc3.", "fra1.", "ams3.")


def is_rented(host: str) -> bool:
    """Say whether `host` (lowercase) belongs to one customer of a provider. Its name does not say whose."""
    return host.endswith(_PROVIDERS) and not host.startswith(_SHARED)
