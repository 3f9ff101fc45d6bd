"""From the address of a frame to the page on which its vendor shows the same."""

from __future__ import annotations

import pytest

from consentgate.catalogue import catalogue
from consentgate.web.url import Url, resolve

PAGES = {
    "https://www.youtube.com/embed/dQw4w9WgXcQ?rel=0": "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
    "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ": "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
    "https://www.youtube.com/embed/videoseries?si=a&list=PL1_-": "https://www.youtube.com/playlist?list=PL1_-",
    "https://www.youtube.com/live_chat?is_popout=1&v=dQw4w9WgXcQ": (
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
    ),
    "https://player.vimeo.com/video/76979871?title=0&h=8272103f6e": "https://vimeo.com/76979871/8272103f6e",
    "https://player.vimeo.com/video/76979871": "https://vimeo.com/76979871",
    "https://www.dailymotion.com/embed/video/x84sh87": "https://www.dailymotion.com/video/x84sh87",
    "https://geo.dailymotion.com/player/x5p.html?video=x84sh87": "https://www.dailymotion.com/video/x84sh87",
    "https://player.twitch.tv/?parent=a.example&channel=abc": "https://www.twitch.tv/abc",
    "https://player.twitch.tv/?video=v123": "https://www.twitch.tv/videos/123",
    "https://www.twitch.tv/embed/abc/chat?parent=a.example": "https://www.twitch.tv/abc",
    "https://www.tiktok.com/embed/v2/6718335390845095173": "https://www.tiktok.com/video/6718335390845095173",
    "https://open.spotify.com/embed/track/11dFghVXAN?utm=x": "https://open.spotify.com/track/11dFghVXAN",
    "https://widget.deezer.com/widget/dark/playlist/14794": "https://www.deezer.com/playlist/14794",
    "https://www.google.com/maps/embed?pb=!1m18!1m3!1d26.9!2d2.29!3d-48.85!2m3": (
        "https://www.google.com/maps/search/?api=1&query=-48.85,2.29"
    ),
    "https://www.google.com/maps/embed/v1/place?key=K&q=Eiffel+Tower": (
        "https://www.google.com/maps/search/?api=1&query=Eiffel+Tower"
    ),
    "https://maps.google.com/maps?q=Berlin&output=embed": (
        "https://www.google.com/maps/search/?api=1&query=Berlin"
    ),
    "https://www.openstreetmap.org/export/embed.html?bbox=1&marker=48.1%2C2.3": (
        "https://www.openstreetmap.org/?mlat=48.1&mlon=2.3"
    ),
    "https://www.facebook.com/plugins/post.php?width=5&href=https%3A%2F%2Fwww.facebook.com%2Fa%2Fposts%2F1": (
        "https://www.facebook.com/a/posts/1"
    ),
    "https://www.instagram.com/p/Cabc_-1/embed/": "https://www.instagram.com/p/Cabc_-1/",
    "https://platform.twitter.com/embed/Tweet.html?dnt=true&id=463": "https://x.com/i/status/463",
    "https://giphy.com/embed/l0MYt5jPR6": "https://giphy.com/gifs/l0MYt5jPR6",
    "https://codepen.io/a-b/embed/abc?tab=x": "https://codepen.io/a-b/pen/abc",
    "https://www.loom.com/embed/0a1b2c?sid=x": "https://www.loom.com/share/0a1b2c",
    "https://embed.figma.com/design/aB1?embed-host=share": "https://www.figma.com/design/aB1",
    "https://streamable.com/e/abc1?loop=0": "https://streamable.com/abc1",
    "https://embed.music.apple.com/de/album/the-song/12?i=34": "https://music.apple.com/de/album/the-song/12",
    "https://embed.podcasts.apple.com/fr/podcast/x/id12": "https://podcasts.apple.com/fr/podcast/x/id12",
    "https://sketchfab.com/models/0a1b2c/embed?autostart=1": "https://sketchfab.com/models/0a1b2c",
    "https://codesandbox.io/embed/ab-12?view=x": "https://codesandbox.io/s/ab-12",
}
UNKNOWN = (
    "https://www.youtube.com/embed/too-short",
    "https://www.youtube.com/embed/longer-than-eleven",
    "https://player.vimeo.com/",
    "https://nobody.example/embed/dQw4w9WgXcQ",
    "https://www.youtube.com/embed/dQw4w9WgXcQ?" + "x" * 4096,
    "https://www.google.com/maps/embed?pb=" + "!2d1" * 500,
)


def page_of(url: str) -> str:
    target = resolve(url, Url("https", "", "/"))
    return catalogue().page_of_embed(url, target.host, target.path)


@pytest.mark.parametrize(("url", "page"), PAGES.items())
def test_a_frame_has_a_page(url: str, page: str) -> None:
    assert page_of(url) == page


@pytest.mark.parametrize("url", UNKNOWN)
def test_what_is_not_known_has_none(url: str) -> None:
    assert page_of(url) == ""


def test_every_service_with_such_addresses_is_tried() -> None:
    tried = {catalogue().by_url((at := resolve(url, Url("https", "", "/"))).host, at.path) for url in PAGES}
    assert {service for service in catalogue().services if service.embeds} <= tried
