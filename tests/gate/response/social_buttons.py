"""Social buttons as the networks give them to sites."""

# Each network's own snippet, by tag, with its SDK or as it is written inline; and what is to be shared.
FACEBOOK_SDK = (
    '<div id="fb-root"></div><script async defer crossorigin="anonymous" '
    'src="https://connect.facebook.net/en_US/sdk.js#xfbml=1&version=v3.2"></script>'
)
FACEBOOK_INLINE = (
    "<script>(function(d, s, id) {var js, fjs = d.getElementsByTagName(s)[0]; if (d.getElementById(id)) "
    "return; js = d.createElement(s); js.id = id;"
    "js.src = 'https://connect.facebook.net/en_US/sdk.js#xfbml=1';"
    "fjs.parentNode.insertBefore(js, fjs);}(document, 'script', 'facebook-jssdk'));</script>"
)
X_SDK = '<script async src="https://platform.twitter.com/widgets.js" charset="utf-8"></script>'
X_INLINE = (
    "<script>!function(d,s,id){var js,fjs=d.getElementsByTagName(s)[0];if(!d.getElementById(id)){"
    "js=d.createElement(s);js.id=id;js.src='//platform.twitter.com/widgets.js';"
    "fjs.parentNode.insertBefore(js,fjs);}}(document,'script','twitter-wjs');</script>"
)
LINKEDIN_SDK = '<script src="https://platform.linkedin.com/in.js" type="text/javascript">lang: en_US</script>'
XING_INLINE = (
    ";(function (d, s) {var x = d.createElement(s), s = d.getElementsByTagName(s)[0];"
    "x.src = 'https://www.xing-share.com/plugins/share.js'; s.parentNode.insertBefore(x, s);})"
    "(document, 'script');"
)
SNIPPETS = {
    "facebook share": (
        FACEBOOK_SDK
        + '<div class="fb-share-button" data-href="https://e.org/a" data-layout="button_count"></div>',
        "https://www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Fe.org%2Fa",
    ),
    "facebook like": (
        FACEBOOK_INLINE + '<div class="fb-like" data-send="true" data-show-faces="true"></div>',
        "https://www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Fwww.example.org%2Fnews",
    ),
    "facebook xfbml": (
        FACEBOOK_SDK + '<fb:like href="https://e.org/a" send="true"></fb:like>',
        "https://www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Fe.org%2Fa",
    ),
    "facebook frame": (
        '<iframe src="https://www.facebook.com/plugins/like.php?href=https%3A%2F%2Fe.org%2Fa&amp;width=450" '
        'width="450" height="35" style="border:none;overflow:hidden" scrolling="no"></iframe>',
        "https://www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Fe.org%2Fa",
    ),
    "facebook page": (
        FACEBOOK_SDK + '<div class="fb-page" data-href="https://www.facebook.com/example">'
        '<blockquote cite="https://www.facebook.com/example">'
        '<a href="https://www.facebook.com/example">Example'
        "</a></blockquote></div>",
        "https://www.facebook.com/example",
    ),
    "x": (
        '<a href="https://twitter.com/share?ref_src=twsrc%5Etfw" class="twitter-share-button" '
        'data-show-count="false">Tweet</a>' + X_SDK,
        "https://twitter.com/share?ref_src=twsrc%5Etfw&text=Spring%20%26%20summer"
        "&url=https%3A%2F%2Fwww.example.org%2Fnews",
    ),
    "x with attributes": (
        '<a class="twitter-share-button" href="https://twitter.com/intent/tweet" data-url="https://e.org/a" '
        'data-text="Read &quot;this&quot;" data-via="example" data-hashtags="a,b">Tweet</a>' + X_INLINE,
        "https://twitter.com/intent/tweet?text=Read%20%22this%22&url=https%3A%2F%2Fe.org%2Fa"
        "&hashtags=a%2Cb&via=example",
    ),
    "x frame": (
        '<iframe src="https://platform.twitter.com/widgets/tweet_button.html?url=https%3A%2F%2Fe.org%2Fa&amp;'
        'text=Hi" style="border: 0; width: 130px; height: 20px"></iframe>',
        "https://x.com/intent/tweet?text=Hi&url=https%3A%2F%2Fe.org%2Fa",
    ),
    "linkedin": (
        LINKEDIN_SDK + '<script type="IN/Share" data-url="https://e.org/a" data-counter="right"></script>',
        "https://www.linkedin.com/sharing/share-offsite/?url=https%3A%2F%2Fe.org%2Fa",
    ),
    "linkedin company": (
        LINKEDIN_SDK + '<script type="IN/FollowCompany" data-id="1337" data-counter="bottom"></script>',
        "https://www.linkedin.com/company/1337",
    ),
    "pinterest": (
        '<a href="https://www.pinterest.com/pin/create/button/" data-pin-do="buttonBookmark"></a>'
        '<script async defer src="//assets.pinterest.com/js/pinit.js"></script>',
        "https://www.pinterest.com/pin/create/link/?url=https%3A%2F%2Fwww.example.org%2Fnews"
        "&description=Spring%20%26%20summer",
    ),
    "reddit": (
        '<script src="//www.redditstatic.com/button/button1.js"></script>',
        "https://www.reddit.com/submit?url=https%3A%2F%2Fwww.example.org%2Fnews&title=Spring%20%26%20summer",
    ),
    "tumblr": (
        '<a class="tumblr-share-button" href="https://www.tumblr.com/share"></a>'
        '<script id="tumblr-js" async src="https://assets.tumblr.com/share-button.js"></script>',
        "https://www.tumblr.com/widgets/share/tool?canonicalUrl=https%3A%2F%2Fwww.example.org%2Fnews"
        "&title=Spring%20%26%20summer",
    ),
    "xing": (
        f'<div data-type="XING/Share" data-url="https://e.org/a"></div><script>{XING_INLINE}</script>',
        "https://www.xing.com/spi/shares/new?url=https%3A%2F%2Fe.org%2Fa",
    ),
    "xing script": (
        '<script type="XING/Share" data-counter="right"></script>'
        '<script async src="https://www.xing-share.com/js/external/share.js"></script>',
        "https://www.xing.com/spi/shares/new?url=https%3A%2F%2Fwww.example.org%2Fnews",
    ),
    "telegram": (
        '<script async src="https://telegram.org/js/telegram-widget.js?22" '
        'data-telegram-share-url="https://e.org/a" data-comment="Hi" data-size="large"></script>',
        "https://t.me/share/url?url=https%3A%2F%2Fe.org%2Fa&text=Hi",
    ),
    "whatsapp": (
        "<span class='st_whatsapp_large' displayText=x st_url='https://e.org/a' st_title='Hi'></span>",
        "https://api.whatsapp.com/send?text=Hi%20https%3A%2F%2Fe.org%2Fa",
    ),
    "bluesky": (
        "<span class='st_bluesky' st_url='https://e.org/a' st_title='Hi'></span>",
        "https://bsky.app/intent/compose?text=Hi%20https%3A%2F%2Fe.org%2Fa",
    ),
    "e-mail": (
        "<span class='st_email_large' displayText='Email'></span>",
        "mailto:?subject=Spring%20%26%20summer&body=https%3A%2F%2Fwww.example.org%2Fnews",
    ),
}

CLOSED = (
    '<div class="g-plusone" data-size="medium"></div>',
    '<g:plusone size="tall"></g:plusone>',
    '<div class="addthis_toolbox"><a class="addthis_button_facebook"></a></div>',
    '<div class="viadeo-share" data-url="https://e.org/" data-display="btnlight"></div>',
    '<a class="DiggThisButton" href="http://digg.com/submit?url=x"></a>',
    '<su:badge layout="2"></su:badge>',
)
"""Buttons of services that have closed."""
