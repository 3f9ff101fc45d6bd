"""What services look like in pages: the lines that vendors tell sites to paste, and what becomes of them.

Each table has a list of lines for the id of each service.
"""

import re

# --- Markup -------------------------------------------------------------------------------------------------

GIVES_WAY = {
    "facebook": [
        '<div class="fb-like" data-href="https://www.example.org/" data-layout="button_count"></div>',
        "<div class='box fb-share-button' data-href=x></div>",
        "<div class=fb-send data-href=x></div>",
        "<div class=fb-follow data-href=x></div>",
        '<div class="fb-page" data-href="https://www.facebook.com/x"><div class="fb-xfbml-parse-ignore">'
        '<blockquote cite="https://www.facebook.com/x"><a href="https://www.facebook.com/x">X</a></blockquote>'
        "</div></div>",
        "<div class=fb-group data-href=x></div>",
        "<div class=fb-like-box data-href=x></div>",
        "<div class=fb-post data-href=x></div>",
        "<div class=fb-video data-href=x></div>",
        '<div class="fb-comments" data-href="x" data-numposts="5"></div>',
        "<div class=fb-comment-embed data-href=x></div>",
        "<div class=fb-quote></div>",
        "<div class=fb-save data-uri=x></div>",
        "<div class=fb-activity data-site=x></div>",
        "<div class=fb-recommendations data-site=x></div>",
        "<div class=fb-facepile data-app-id=1></div>",
        "<div class=fb-login-button data-size=large></div>",
        '<fb:like href="x" send="true" show_faces="false"></fb:like>',
        '<FB:LIKE href="x"></FB:LIKE>',
        "<fb:comments href=x num_posts=2></fb:comments>",
        "<fb:share-button href=x></fb:share-button>",
    ],
    "x": ["<div class=twitter-like-button></div>"],
    "linkedin": [
        '<script type="IN/Share" data-url="x" data-counter="right"></script>',
        "<script type=IN/FollowCompany data-id=1></script>",
        "<script type='in/share+init'></script>",
    ],
    "xing": [
        '<script type="XING/Share" data-counter="right"></script>',
        '<div data-type="xing/share" data-url="x"></div>',
        "<div data-type=XING/Share></div>",
    ],
    "youtube-subscribe": ["<div class=g-ytsubscribe data-channelid=x></div>"],
    "youtube": ["<lite-youtube videoid=x></lite-youtube>", "<amp-youtube data-videoid=x></amp-youtube>"],
    "google-sign-in": ["<div class=g_id_signin></div>", "<div class=g-signin2 data-onsuccess=f></div>"],
    "google-maps": ["<gmp-map center=1,1></gmp-map>"],
    "google-custom-search": ["<div class=gcse-search></div>", "<gcse:searchbox-only></gcse:searchbox-only>"],
    "sharethis": [
        "<div class=sharethis-inline-share-buttons></div>",
        "<div class=sharethis-sticky-share-buttons></div>",
        "<span class='st_facebook_large' displayText='Facebook'></span>",
        "<span class=st_sharethis></span>",
        "<span class=st_plusone_hcount></span>",
    ],
    "recaptcha": ['<div class="g-recaptcha" data-sitekey="x"></div>'],
    "hcaptcha": ['<div class="h-captcha" data-sitekey="x"></div>'],
    "turnstile": ['<div class="cf-turnstile" data-sitekey="x"></div>'],
    "wistia": [
        "<div class='wistia_embed wistia_async_x'></div>",
        "<wistia-player media-id=x></wistia-player>",
    ],
    "calendly": ["<div class=calendly-inline-widget data-url=x></div>"],
    "typeform": [
        "<div class=typeform-widget data-url=x></div>",
        "<div data-tf-live=x></div>",
        "<div class='a b' DATA-TF-WIDGET='x'></div>",
    ],
    "disqus": [
        '<div id="disqus_thread"></div>',
        "<section class=comments id='disqus_thread' lang=de><a href=/x>Comments</a></section>",
        "<div ID = disqus_thread></div>",
        '<div id="disqus&#95;thread"></div>',
        "<div id=disqus&#95;thread></div>",
    ],
    "klarna": ["<klarna-placement data-key=x></klarna-placement>"],
    "stripe": [
        "<stripe-buy-button buy-button-id=x></stripe-buy-button>",
        "<stripe-pricing-table pricing-table-id=x></stripe-pricing-table>",
    ],
    "paypal": ["<div id=paypal-button-container></div>", "<div id='paypal-button-container-P-1'></div>"],
    "hubspot-chat-forms": ["<div class=hs-form-frame data-region=eu1 data-form-id=x></div>"],
    "github-gist": ['<script src="https://gist.github.com/a/1.js"></script>'],
}
"""Something was to be seen here: a placeholder comes in its place."""

STAYS = {
    "facebook": [
        "<div id=fb-root></div>",
        "<span class=fb-comments-count data-href=x></span>",
        "<div class=fb-customerchat page_id=1></div>",
        "<div class=fb-messengermessageus></div>",
        '<a class="fb-share-button" href="https://www.facebook.com/sharer.php?u=x">Share</a>',
    ],
    "x": [
        '<a class="twitter-share-button" href="https://twitter.com/intent/tweet">Tweet</a>',
        '<a href="https://twitter.com/share" class="twitter-share-button" data-lang="de">Twittern</a>',
        '<a class="twitter-follow-button" href="https://twitter.com/x">Follow</a>',
        '<a class="twitter-mention-button" href="https://twitter.com/intent/tweet?screen_name=x">Tweet</a>',
        '<a class="twitter-hashtag-button" href="https://twitter.com/intent/tweet?button_hashtag=x">x</a>',
        '<a class="twitter-dm-button" href="https://twitter.com/messages/compose">Message</a>',
        '<a class="twitter-timeline" href="https://twitter.com/x">Tweets by x</a>',
        '<a class="twitter-moment" href="https://twitter.com/i/moments/1">Moment</a>',
        '<a class="twitter-grid" href="https://twitter.com/x/timelines/1">Grid</a>',
        '<blockquote class="twitter-tweet" data-lang="de"><p>Text</p>&mdash; X '
        '<a href="https://twitter.com/x/status/1">1. Mai</a></blockquote>',
        '<blockquote class="twitter-video"><a href="https://twitter.com/x/status/1">1</a></blockquote>',
    ],
    "google-plus": ["<div class=g-page></div><div class=g-follow></div><div class=g-post></div>"],
    "google-sign-in": ["<div id=g_id_onload data-client_id=x></div>"],
    "pinterest": [
        '<a data-pin-do="buttonPin" href="https://www.pinterest.com/pin/create/button/?url=x">Pin it</a>',
        '<a class="pin-it-button" href="https://pinterest.com/pin/create/button/?url=x">Pin it</a>',
        "<a data-pin-custom=true href=/x>x</a><a data-pin-config=above href=/x>x</a>",
        "<a data-pin-build=x href=/x>x</a><a data-pin-hover=true href=/x>x</a><a data-pin-save href=/x>x</a>",
    ],
    "instagram": [
        '<blockquote class="instagram-media" data-instgrm-permalink="https://www.instagram.com/p/x/" '
        'data-instgrm-version="14"><a href="https://www.instagram.com/p/x/">A post</a></blockquote>',
        "<blockquote data-instgrm-captioned><a href=https://www.instagram.com/p/x/>A post</a></blockquote>",
    ],
    "reddit": [
        '<blockquote class="reddit-embed-bq"><a href="https://www.reddit.com/r/x/">x</a></blockquote>',
        '<blockquote class="reddit-card"><a href="https://www.reddit.com/r/x/">x</a></blockquote>',
        "<div class=reddit-embed><a href=https://www.reddit.com/r/x/>x</a></div>",
    ],
    "tiktok": [
        '<blockquote class="tiktok-embed" cite="https://www.tiktok.com/@x/video/1" data-video-id="1">'
        "<section><a href=https://www.tiktok.com/@x>@x</a></section></blockquote>",
    ],
    "bluesky": ['<blockquote class="bluesky-embed" data-bluesky-uri="at://x"><p>Text</p></blockquote>'],
    "addthis": ["<div class=addthis_default_style></div>", "<div class=addthis_box>x</div>"],
    "tumblr": [
        '<a class="tumblr-share-button" href="https://www.tumblr.com/share"></a>',
        "<div class=tumblr-post><a href=https://x.tumblr.com/post/1>x</a></div>",
    ],
    "addtoany": [
        '<div class="a2a_kit a2a_kit_size_32"><a class="a2a_dd" href="https://www.addtoany.com/share">Share</a>'
        "<a class=a2a_button_facebook></a></div>",
    ],
    "google-adsense": ['<ins class="adsbygoogle" style="display:block" data-ad-client="ca-pub-1"></ins>'],
    "google-ad-manager": ['<div id="div-gpt-ad-1419232697187-7" style="height:90px"></div>'],
    "codepen": ["<p class=codepen><span>See the <a href=https://codepen.io/x/pen/1>pen</a></span></p>"],
    "trustpilot": ["<div class=trustpilot-widget><a href=https://www.trustpilot.com/x>Reviews</a></div>"],
}
"""Quotes and links that are of use without a script; and what nobody sees, or nothing would come in place of.
The page's tree, and the room that an advertisement took, stay as they are."""

GOES = {
    "google-plus": [
        "<div class=g-plusone data-size=medium></div>",
        "<div class=g-plus data-action=share></div>",
        "<div class=g-person></div><div class=g-community></div><div class=g-partnersbadge></div>",
        "<button class=g-interactivepost>Share</button>",
        "<g:plusone size=medium></g:plusone>",
        "<g:plus></g:plus><g:page></g:page><g:person></g:person>",
    ],
    "viadeo": [
        '<div class="viadeo-share" data-url="x" data-display="btnlight" data-partner-id="y"></div>',
        "<div class=viadeo-profile></div><div class=viadeo-member></div><div class=viadeo-company></div>",
        "<div class=viadeo-recommend></div><div class=viadeo_widget_recommend></div>",
    ],
    "addthis": [
        '<div class="addthis_toolbox addthis_default_style"><a class="addthis_button_facebook"></a></div>',
        '<a class="addthis_button" href="https://www.addthis.com/bookmark.php?v=300">Share</a>',
        "<div class=addthis_inline_share_toolbox></div><div class=addthis_sharing_toolbox></div>",
        "<div class=addthis_horizontal_follow_toolbox></div><div class=addthis_native_toolbox></div>",
        "<div class=addthis_recommended_horizontal></div><div class=addthis_jumbo_share></div>",
        "<div class=addthis-smartlayers></div>",
    ],
    "digg": ['<a class="DiggThisButton DiggMedium" href="http://digg.com/submit?url=x"></a>'],
    "stumbleupon": ['<su:badge layout="2" location="https://www.example.org/"></su:badge>'],
}
"""These services have closed: nothing would ever have come."""

# --- What is loaded -----------------------------------------------------------------------------------------

SCRIPTS = {
    "facebook": [
        "//connect.facebook.net/en_US/sdk.js#xfbml=1&version=v3.0",
        "//connect.facebook.net/de_DE/all.js#xfbml=1&appId=1",
        "https://connect.facebook.net/en_US/sdk/debug.js",
        "https://connect.facebook.net/en_US/sdk/xfbml.customerchat.js",
        "http://static.ak.fbcdn.net/connect.php/js/FB.Share",
        "http://static.ak.facebook.com/js/api_lib/v0.4/FeatureLoader.js.php",
    ],
    "meta-pixel": [
        "https://connect.facebook.net/en_US/fbevents.js",
        "//connect.facebook.net/en_US/fbds.js",
        "https://connect.facebook.net/signals/config/1",
    ],
    "x": [
        "https://platform.twitter.com/widgets.js",
        "https://platform.x.com/widgets.js",
        "https://syndication.twitter.com/timeline/profile",
        "https://cdn.syndication.twimg.com/tweets.json",
        "http://widgets.twimg.com/j/2/widget.js",
    ],
    "x-pixel": ["https://static.ads-twitter.com/uwt.js"],
    "linkedin": ["//platform.linkedin.com/in.js", "https://www.linkedin.com/countserv/count/share?url=x"],
    "linkedin-insight": [
        "https://snap.licdn.com/li.lms-analytics/insight.min.js",
        "https://sjs.bizographics.com/insight.min.js",
    ],
    "google-plus": ["https://apis.google.com/js/plusone.js", "https://apis.google.com/js/client:plusone.js"],
    "google-platform": ["https://apis.google.com/js/platform.js"],
    "google-sign-in": ["https://accounts.google.com/gsi/client"],
    "viadeo": ["http://widgets.viadeo.com/js/viadeowidgets.js", "//www.viadeo-static.com/x.js"],
    "pinterest": [
        "//assets.pinterest.com/js/pinit.js",
        "//assets.pinterest.com/js/pinit_main.js",
        "https://widgets.pinterest.com/v1/urls/count.json?url=x",
        "https://log.pinterest.com/?x",
    ],
    "pinterest-tag": ["https://s.pinimg.com/ct/core.js"],
    "reddit": [
        "https://embed.reddit.com/widgets.js",
        "https://embed.redditmedia.com/widgets/platform.js",
        "https://www.redditstatic.com/button/button1.js",
        "https://www.reddit.com/static/button/button1.js",
    ],
    "reddit-pixel": ["https://www.redditstatic.com/ads/pixel.js", "https://pixel-config.reddit.com/pixels/x"],
    "instagram": ["//www.instagram.com/embed.js", "//platform.instagram.com/en_US/embeds.js"],
    "tiktok": ["https://www.tiktok.com/embed.js", "https://lf16-tiktok-web.ttwstatic.com/x.js"],
    "tiktok-pixel": ["https://analytics.tiktok.com/i18n/pixel/events.js?sdkid=x"],
    "youtube": ["https://www.youtube.com/iframe_api", "https://s.ytimg.com/yts/jsbin/www-widgetapi.js"],
    "vimeo": ["https://player.vimeo.com/api/player.js", "https://f.vimeocdn.com/x.js"],
    "dailymotion": ["https://api.dailymotion.com/all.js", "https://geo.dailymotion.com/libs/player/x.js"],
    "twitch": ["https://embed.twitch.tv/embed/v1.js", "https://player.twitch.tv/js/embed/v1.js"],
    "google-maps": [
        "https://maps.googleapis.com/maps/api/js?key=x",
        "//maps.google.com/maps/api/js?sensor=false",
        "https://maps.gstatic.com/x.js",
    ],
    "mapbox": ["https://api.mapbox.com/mapbox-gl-js/v2.0.0/mapbox-gl.js"],
    "mapbox-telemetry": ["https://events.mapbox.com/events/v2"],
    "google-fonts": ["https://ajax.googleapis.com/ajax/libs/webfont/1.6.26/webfont.js"],
    "adobe-fonts": ["https://use.typekit.net/abc1def.js", "https://use.typekit.com/abc1def.js"],
    "recaptcha": [
        "https://www.google.com/recaptcha/api.js",
        "https://www.recaptcha.net/recaptcha/api.js",
        "https://www.gstatic.com/recaptcha/releases/x/recaptcha__en.js",
    ],
    "hcaptcha": ["https://js.hcaptcha.com/1/api.js", "https://hcaptcha.com/1/api.js"],
    "turnstile": ["https://challenges.cloudflare.com/turnstile/v0/api.js"],
    "addthis": [
        "//s7.addthis.com/js/300/addthis_widget.js#pubid=x",
        "https://x.addthisedge.com/x.js",
        "https://cache.addthiscdn.com/x.js",
    ],
    "sharethis": ["//platform-api.sharethis.com/js/sharethis.js", "http://w.sharethis.com/button/buttons.js"],
    "addtoany": ["https://static.addtoany.com/menu/page.js", "//www.addtoany.com/menu/page.js"],
    "disqus": [
        "//acme.disqus.com/embed.js",
        "https://acme.disqus.com/count.js",
        "https://disqus.com/recommendations.js",
        "https://c.disquscdn.com/next/embed/x.js",
    ],
    "xing": ["https://www.xing-share.com/plugins/share.js"],
    "tumblr": ["https://assets.tumblr.com/share-button.js", "https://platform.tumblr.com/v1/share.js"],
    "telegram": ["https://telegram.org/js/telegram-widget.js?22"],
    "digg": ["http://widgets.digg.com/buttons.js"],
    "delicious": ["http://static.delicious.com/js/blogbadge.js"],
    "stumbleupon": [
        "http://platform.stumbleupon.com/1/widgets.js",
        "//www.stumbleupon.com/hostedbadge.php?s=1",
    ],
    "intercom": ["https://widget.intercom.io/widget/x", "https://js.intercomcdn.com/shim.latest.js"],
    "crisp": ["https://client.crisp.chat/l.js"],
    "hubspot": [
        "//js.hs-scripts.com/1.js",
        "https://js-eu1.hs-analytics.net/x.js",
        "//js.hs-banner.com/1.js",
    ],
    "hubspot-chat-forms": [
        "https://js.usemessages.com/conversations-embed.js",
        "//js-eu1.hsforms.net/forms/v2.js",
        "https://js.hscollectedforms.net/collectedforms.js",
    ],
    "google-tag-manager": ["https://www.googletagmanager.com/gtm.js?id=GTM-X"],
    "google-tag": ["https://www.googletagmanager.com/gtag/js?id=G-X"],
    "google-analytics": [
        "https://www.google-analytics.com/analytics.js",
        "http://www.google-analytics.com/ga.js",
        "https://ssl.google-analytics.com/urchin.js",
        "https://stats.g.doubleclick.net/dc.js",
        "https://region1.google-analytics.com/g/collect?v=2",
        "https://analytics.google.com/g/collect?v=2",
    ],
    "matomo": [
        "https://stats.acme.test/matomo.js",
        "//piwik.acme.test/piwik/piwik.js",
        "https://acme.matomo.cloud/x.js",
    ],
    "plausible": [
        "https://plausible.io/js/script.js",
        "https://stats.acme.test/js/plausible.outbound-links.js",
    ],
    "cloudflare-insights": ["https://static.cloudflareinsights.com/beacon.min.js"],
    "hotjar": ["https://static.hotjar.com/c/hotjar-1.js?sv=6", "https://script.hotjar.io/x.js"],
    "clarity": ["https://www.clarity.ms/tag/x"],
    "criteo": ["//static.criteo.net/js/ld/ld.js", "https://dynamic.criteo.com/js/ld/ld.js?a=1"],
    "google-adsense": [
        "//pagead2.googlesyndication.com/pagead/js/adsbygoogle.js",
        "https://tpc.googlesyndication.com/x.js",
        "https://googleads.g.doubleclick.net/x.js",
        "https://partner.googleadservices.com/gampad/google_service.js",
    ],
    "google-ad-manager": [
        "//www.googletagservices.com/tag/js/gpt.js",
        "https://securepubads.g.doubleclick.net/tag/js/gpt.js",
        "https://ad.doubleclick.net/adj/x",
    ],
    "google-ads": [
        "//www.googleadservices.com/pagead/conversion.js",
        "https://www.google.com/pagead/1p-user-list/1",
    ],
    "microsoft-uet": ["https://bat.bing.com/bat.js"],
    "snap-pixel": ["https://sc-static.net/scevent.min.js", "https://tr.snapchat.com/cm/i"],
    "sentry": ["https://browser.sentry-cdn.com/7.0.0/bundle.min.js"],
    "segment": ["https://cdn.segment.com/analytics.js/v1/x/analytics.min.js"],
    "optimizely": [
        "//cdn.optimizely.com/js/1.js",
        "https://logx.optimizely.com/v1/events",
        "https://cdn.optimizely.com/public/1/x.js",
    ],
    "chartbeat": ["https://static.chartbeat.com/js/chartbeat.js"],
    "comscore": ["https://sb.scorecardresearch.com/beacon.js"],
    "quantcast": ["https://secure.quantserve.com/quant.js", "https://rules.quantcount.com/x.js"],
    "taboola": ["https://cdn.taboola.com/libtrc/x/loader.js"],
    "outbrain": ["https://widgets.outbrain.com/outbrain.js"],
    "jetpack-stats": ["https://stats.wp.com/e-202001.js"],
    "newrelic": ["https://js-agent.newrelic.com/nr-1.js", "https://bam.nr-data.net/1/x"],
    "xiti": ["https://tag.aticdn.net/1/smarttag.js", "https://logs1.xiti.com/hit.xiti"],
    "stripe": ["https://js.stripe.com/v3/", "https://m.stripe.network/inner.html"],
    "paypal": ["https://www.paypal.com/sdk/js?client-id=x", "https://www.paypalobjects.com/api/checkout.js"],
}
"""A script leaves nothing behind."""

FRAMES = {
    "facebook": [
        "https://www.facebook.com/plugins/like.php?href=x",
        "https://www.facebook.com/v2.3/plugins/share_button.php?href=x",
        "https://www.facebook.com/plugins/comments.php?href=x",
        "https://www.facebook.com/plugins/video.php?href=x",
    ],
    "x": [
        "https://platform.twitter.com/widgets/tweet_button.html?url=x",
        "https://platform.twitter.com/widgets/tweet_button.123.de.html",
        "https://syndication.twitter.com/srv/timeline-profile/screen-name/x",
    ],
    "linkedin": ["https://www.linkedin.com/embed/feed/update/urn:li:share:1"],
    "google-plus": [
        "https://apis.google.com/u/0/se/0/_/+1/fastbutton?url=x",
        "https://plusone.google.com/_/+1/fastbutton?url=x",
        "https://apis.google.com/_/+1/x",
        "https://ssl.gstatic.com/webclient/js/gc/1/x",
    ],
    "youtube-subscribe": ["https://www.youtube.com/subscribe_embed?channelid=x"],
    "reddit": ["https://www.redditmedia.com/r/x/comments/1/?embed=true", "https://embed.reddit.com/r/x/"],
    "instagram": ["https://www.instagram.com/p/x/embed", "https://www.instagram.com/reel/x/embed/captioned/"],
    "tiktok": ["https://www.tiktok.com/embed/v2/1", "https://www.tiktok.com/player/v1/1"],
    "bluesky": ["https://embed.bsky.app/embed/x"],
    "youtube": [
        "https://www.youtube.com/embed/x?rel=0",
        "//www.youtube-nocookie.com/embed/x",
        "https://www.youtube.com/live_chat?v=x",
        "https://m.youtube.com/v/x",
    ],
    "vimeo": ["https://player.vimeo.com/video/1"],
    "dailymotion": [
        "//www.dailymotion.com/embed/video/x",
        "https://geo.dailymotion.com/player/x.html?video=x",
        "https://geo.dailymotion.com/player.html?video=x",
    ],
    "twitch": ["https://player.twitch.tv/?channel=x", "https://www.twitch.tv/embed/x/chat"],
    "spotify": ["https://open.spotify.com/embed/track/x", "https://embed.spotify.com/?uri=x"],
    "soundcloud": ["https://w.soundcloud.com/player/?url=x"],
    "deezer": ["https://widget.deezer.com/widget/auto/album/1", "https://www.deezer.com/plugins/player?x"],
    "bandcamp": ["https://bandcamp.com/EmbeddedPlayer/album=1/"],
    "google-maps": [
        "https://www.google.com/maps/embed?pb=x",
        "https://www.google.de/maps/embed/v1/place?q=x",
        "https://maps.google.fr/maps?q=x&output=embed",
    ],
    "openstreetmap": ["https://www.openstreetmap.org/export/embed.html?bbox=1,1,1,1"],
    "google-docs": ["https://docs.google.com/forms/d/e/x/viewform?embedded=true"],
    "google-calendar": ["https://calendar.google.com/calendar/embed?src=x"],
    "google-tag-manager": ["https://www.googletagmanager.com/ns.html?id=GTM-X"],
}
"""A frame leaves a placeholder, unless nobody was to see it."""

PIXELS = {
    "meta-pixel": [
        "https://www.facebook.com/tr?id=1&ev=PageView&noscript=1",
        "https://www.facebook.com/tr/?id=1",
    ],
    "x-pixel": [
        "https://t.co/i/adsct?txn_id=x",
        "//t.co/1/i/adsct?x",
        "https://analytics.twitter.com/i/adsct?txn_id=x",
    ],
    "linkedin-insight": [
        "https://px.ads.linkedin.com/collect/?pid=1&fmt=gif",
        "https://dc.ads.linkedin.com/collect/?pid=1",
        "https://www.linkedin.com/px/li_sync",
    ],
    "pinterest-tag": ["https://ct.pinterest.com/v3/?event=init&tid=1"],
    "pinterest": ["https://i.pinimg.com/236x/x.jpg", "http://passets-ec.pinterest.com/images/PinExt.png"],
    "xing": ["https://www.xing.com/img/buttons/1_de_btn.gif"],
    "dailymotion": ["https://s1.dmcdn.net/v/x/x240", "https://speed.dm-event.net/x.gif"],
    "reddit-pixel": ["https://alb.reddit.com/snoo.gif?q=x"],
    "youtube": ["https://i.ytimg.com/vi/x/hqdefault.jpg", "https://img.youtube.com/vi/x/0.jpg"],
    "matomo": [
        "https://stats.acme.test/matomo.php?idsite=1&rec=1",
        "//stats.acme.test/piwik/piwik.php?idsite=1",
    ],
    "google-ads": [
        "//www.googleadservices.com/pagead/conversion/1/?label=x",
        "https://www.google.at/ads/ga-audiences",
    ],
    "google-ad-manager": [
        "https://1.fls.doubleclick.net/activityi;src=1",
        "https://pubads.g.doubleclick.net/x",
    ],
    "hubspot": ["https://track.hubspot.com/__ptq.gif?a=1"],
    "microsoft-uet": ["https://bat.bing.com/action/0?ti=1", "https://c.bing.com/c.gif"],
    "jetpack-stats": ["https://pixel.wp.com/b.gif?v=noscript"],
    "comscore": ["https://sb.scorecardresearch.com/p?c1=2"],
    "quantcast": ["//pixel.quantserve.com/pixel/p-x.gif"],
    "openstreetmap": [
        "https://a.tile.openstreetmap.org/1/1/1.png",
        "https://tile.openstreetmap.org/1/1/1.png",
    ],
    "gravatar": ["https://secure.gravatar.com/avatar/x"],
    "paypal-tracking": ["https://t.paypal.com/ts?x"],
}
"""A picture leaves nothing behind, seen by those with scripts or those without."""

OTHER_ADDRESSES = ["fonts.googleapis.com/css", "p.typekit.net/p.gif", "use.typekit.net/x.css"]
"""Those of style sheets and hints, tested above as well."""

# --- Inline -------------------------------------------------------------------------------------------------

LOADER = "(function(d,t){{var s=d.createElement(t);s.src='{}';d.head.appendChild(s)}})(document,'script');"
"""What vendors tell sites to paste, boiled down to its address."""


def load(address: str) -> str:
    return LOADER.format(address)


INLINE: dict[str, list[str]] = {
    "google-tag-manager": [
        "(function(w,d,s,l,i){w[l]=w[l]||[];w[l].push({'gtm.start':new Date().getTime(),event:'gtm.js'});"
        "var f=d.getElementsByTagName(s)[0],j=d.createElement(s);j.async=true;"
        "j.src='https://www.googletagmanager.com/gtm.js?id='+i;f.parentNode.insertBefore(j,f)"
        "})(window,document,'script','dataLayer','GTM-1');",
        "document.write('<iframe src=\"//www.googletagmanager.com/ns.html?id=GTM-1\"></iframe>')",
    ],
    "google-tag": [
        "function gtag(){dataLayer.push(arguments)}\ngtag('js', new Date());gtag ( \"config\", 'G-1');",
        load("https://www.googletagmanager.com/gtag/js?id=G-1"),
    ],
    "google-analytics": [
        "(function(i,s,o,g,r,a,m){i['GoogleAnalyticsObject']=r;})"
        "(window,document,'script','//www.google-analytics.com/analytics.js','ga');ga('create','UA-1')",
        "var _gaq=_gaq||[];_gaq.push(['_setAccount','UA-1']);"
        "ga.src=('https:'==document.location.protocol?'https://ssl':'http://www')+'.google-analytics.com/ga.js';",
        "ga.src='//stats.g.doubleclick.net/dc.js'",
        "ga( 'tracker1.send', 'pageview')",
        "__gaTracker('send','pageview')",
        "var t=_gat._getTracker('UA-1')",
        "_gat._createTracker('UA-1')",
        "_uacct='UA-1';urchinTracker();",
        "window.google_analytics_uacct='UA-1'",
    ],
    "matomo": [
        "var _paq=window._paq=window._paq||[];_paq.push(['trackPageView']);",
        "var _paq=_paq||[];(function(){var u='//stats.acme.test/';g.src=u+'piwik.js'})()",
        "var _mtm = window._mtm = window._mtm || [];_mtm.push({'mtm.startTime': 1})",
        "var _mtm=_mtm||[];g.src='https://stats.acme.test/js/container_x.js'",
        "var t=Piwik.getTracker('/piwik.php',1)",
        "Matomo.getTracker()",
    ],
    "hotjar": [
        "(function(h,o,t,j,a,r){h._hjSettings={hjid:1,hjsv:6};})(window,document)",
        load("https://static.hotjar.com/c/hotjar-1.js"),
        "hj('event','x')",
    ],
    "clarity": [load("https://www.clarity.ms/tag/abc"), "window.clarity('consent')"],
    "akamai-mpulse": ["window.BOOMR_API_key='X'"],
    "adobe-analytics": ["var s_account='x'", "var s_code=s.t();if(s_code)document.write(s_code)"],
    "wordads": ["__ATA.cmd.push(f)", "var __ATA_PP={}", "function __ATA_CC(){}"],
    "yandex-ads": [
        "window.Ya.adfoxCode.create({})",
        "Ya.Context.AdvManager.render({})",
        "window.yaContextCb=window.yaContextCb||[]",
        "w.yandexContextAsyncCallbacks=[]",
    ],
    "segment": [
        "analytics.SNIPPET_VERSION='4.15.3';",
        load("https://cdn.segment.com/analytics.js/v1/k/analytics.min.js"),
        load("https://cdn.segment.io/analytics.js"),
    ],
    "optimizely": [
        "window.optimizely = window.optimizely || [];",
        'window["optimizely"]=[]',
        "window['optimizely'].push({})",
        "optimizely.push(['activate'])",
        load("//cdn.optimizely.com/js/1.js"),
    ],
    "chartbeat": [
        "var _sf_async_config={uid:1};",
        "_cbq.push(['_acct','anon'])",
        load("//static.chartbeat.com/js/chartbeat.js"),
    ],
    "comscore": [
        "var _comscore=_comscore||[];_comscore.push({c1:'2'});",
        load("https://sb.scorecardresearch.com/beacon.js"),
    ],
    "jetpack-stats": ["_stq=window._stq||[];", "st_go({v:'ext'})"],
    "newrelic": ["window.NREUM||(NREUM={})", "var NREUMQ=NREUMQ||[];"],
    "yandex-metrica": [
        "ym(1, 'init', {})",
        "new Ya.Metrika({id:1})",
        "new Ya.Metrika2({id:1})",
    ],
    "mixpanel": ["mixpanel.init('x')", "mixpanel.track('x')"],
    "posthog": [
        "posthog.init('x')",
        "posthog.capture('x')",
        load("https://eu-assets.i.posthog.com/static/array.js"),
    ],
    "amplitude": ["amplitude.init('x')", "amplitude.getInstance().init('x')"],
    "fullstory": ["window['_fs_org']='x'"],
    "vwo": ["var _vwo_code=1", "_vis_opt_account_id=1"],
    "mouseflow": ["window._mfq=window._mfq||[]"],
    "amazon-ads": ["amzn_assoc_ad_type='smart'", "apstag.init({})"],
    "mailchimp": [load("https://chimpstatic.com/mcjs-connected/js/users/1.js")],
    "zendesk": ["window.zESettings={}", "window.$zopim||(function(){$zopim=1})()"],
    "tawk": ["var Tawk_API=Tawk_API||{}"],
    "livechat": ["window.__lc=window.__lc||{};window.__lc.license=1"],
    "vk": ["VK.init({apiId:1})", "VK.Widgets.Like('x')"],
    "vk-pixel": ["VK.Retargeting.Init('VK-RTRG-1-x'),VK.Retargeting.Hit()", "new VK.Pixel('VK-RTRG-1-x')"],
    "xiti": ["xtnv=document;xtcore=1", "var t=new ATInternet.Tracker.Tag()"],
    "sentry": ["Sentry.init({dsn:''})", "Sentry.onLoad(f)", "Raven.config('x').install()"],
    "meta-pixel": [
        "!function(f,b,e,v,n,t,s){if(f.fbq)return;n=f.fbq=function(){};if(!f._fbq)f._fbq=n}(window)",
        "window._fbq=1",
        load("https://connect.facebook.net/en_US/fbevents.js"),
        load("//connect.facebook.net/en_US/fbds.js"),
        "fbq('init','1')",
    ],
    "google-ads": ["var google_conversion_id=1;", "google_remarketing_only=true", "google_custom_params={}"],
    "google-adsense": [
        "(adsbygoogle=window.adsbygoogle||[]).push({})",
        "google_ad_client='ca-pub-1'",
        "google_ad_slot=1",
        load("//pagead2.googlesyndication.com/pagead/show_ads.js"),
    ],
    "google-ad-manager": [
        "googletag.cmd.push(f)",
        load("//www.googletagservices.com/tag/js/gpt.js"),
        load("https://securepubads.g.doubleclick.net/tag/js/gpt.js"),
    ],
    "microsoft-uet": ["window.uetq=window.uetq||[]", load("//bat.bing.com/bat.js")],
    "criteo": [
        "window.criteo_q=[]",
        "Criteo.DisplayAd({})",
        load("//static.criteo.net/js/ld/ld.js"),
        load("//dynamic.criteo.com/js/ld/ld.js"),
    ],
    "x-pixel": ["twq('init','o1')", load("https://static.ads-twitter.com/uwt.js")],
    "linkedin-insight": [
        "_linkedin_partner_id='1';window._linkedin_data_partner_ids=[];",
        "_linkedin_data_partner_id='1'",
        "_bizo_data_partner_id='1'",
        "window.lintrk('track',{})",
        load("https://snap.licdn.com/li.lms-analytics/insight.min.js"),
        load("//sjs.bizographics.com/insight.min.js"),
    ],
    "pinterest-tag": [
        "if(!window.pintrk){window.pintrk=f}",
        "pintrk('load','1')",
        load("https://s.pinimg.com/ct/core.js"),
    ],
    "tiktok-pixel": [
        "w.TiktokAnalyticsObject=t;",
        "ttq.load('1')",
        load("https://analytics.tiktok.com/i18n/pixel/events.js"),
    ],
    "snap-pixel": ["snaptr('init','1')", load("https://sc-static.net/scevent.min.js").replace(".min", "")],
    "reddit-pixel": ["rdt('init','t2_1')", load("https://www.redditstatic.com/ads/pixel.js")],
    "quantcast": ["var _qevents=[];", "_qoptions={qacct:'p-1'}", load("//edge.quantserve.com/quant.js")],
    "taboola": ["window._taboola=window._taboola||[];", load("//cdn.taboola.com/libtrc/x/loader.js")],
    "hubspot": [
        "var _hsq=window._hsq=window._hsq||[];",
        load("//js.hs-scripts.com/1.js"),
        load("//js.hs-analytics.net/analytics/1/1.js"),
    ],
    "klaviyo": [load("https://static.klaviyo.com/onsite/js/klaviyo.js")],
    "brevo": [load("https://sibautomation.com/sa.js?key=1")],
    "onesignal": [
        "window.OneSignalDeferred=[]",
        "OneSignal.push(f)",
        "var OneSignal = window.OneSignal || [];",
    ],
    "facebook": [
        "(function(d,s,id){js.id=id;js.src='//connect.facebook.net/en_US/sdk.js#xfbml=1';fjs.x(js,fjs)"
        "}(document,'script','facebook-jssdk'));",
        "window.fbAsyncInit=function(){FB.init({})}",
        "e.src=p+'//connect.facebook.net/en_US/all.js'",
    ],
    "x": [
        "!function(d,s,id){js.id=id;js.src=p+'://platform.twitter.com/widgets.js'}(document,'script','twitter-wjs')",
        "twttr.widgets.load()",
        "js.src='https://platform.x.com/widgets.js'",
        "js.src='//platform.twitter.com/anywhere.js?id=1'",
    ],
    "linkedin": ["s.src='//platform.linkedin.com/in.js'", "IN.parse(document)", "IN.Event.on(IN,'auth',f)"],
    "pinterest": ["p.src='//assets.pinterest.com/js/pinit.js'", "PinUtils.build()"],
    "instagram": ["window.instgrm.Embeds.process()", load("//www.instagram.com/embed.js")],
    "reddit": [
        load("https://embed.reddit.com/widgets.js"),
        load("https://embed.redditmedia.com/widgets/platform.js"),
    ],
    "bluesky": [load("https://embed.bsky.app/static/embed.js")],
    "xing": [load("https://www.xing-share.com/plugins/share.js")],
    "google-platform": ["po.src='https://apis.google.com/js/platform.js'", "gapi.load('auth2',f)"],
    "google-sign-in": ["google.accounts.id.initialize({})", load("https://accounts.google.com/gsi/client")],
    "youtube-subscribe": ["gapi.ytsubscribe.render(e,{})"],
    "google-plus": [
        "window.___gcfg={lang:'de'};",
        "gapi.plusone.go()",
        "po.src='https://apis.google.com/js/plusone.js'",
    ],
    "viadeo": ["viadeoWidgetsJsUrl='x'", load("//widgets.viadeo.com/js/viadeowidgets.js")],
    "tumblr": [load("https://assets.tumblr.com/share-button.js")],
    "digg": [load("http://widgets.digg.com/buttons.js")],
    "delicious": [load("http://static.delicious.com/js/blogbadge.js")],
    "stumbleupon": [load("http://platform.stumbleupon.com/1/widgets.js")],
    "addthis": [
        "var addthis_config={}",
        "addthis_share={}",
        "addthis_pub='x'",
        "addthis.toolbox('.x')",
        load("//s7.addthis.com/js/300/addthis_widget.js"),
    ],
    "sharethis": [
        "var switchTo5x=true;",
        "stLight.options({})",
        "stButtons.locateElements()",
        load("https://platform-api.sharethis.com/js/sharethis.js"),
        load("//w.sharethis.com/button/buttons.js"),
    ],
    "addtoany": [
        "var a2a_config=a2a_config||{};",
        "a2a.init('page')",
        load("https://static.addtoany.com/menu/page.js"),
    ],
    "disqus": [
        "var disqus_shortname='x';",
        "var disqus_config=function(){}",
        "disqus_identifier=1",
        "d.src='//'+n+'.disqus.com/embed.js'",
        "s.src='https://acme.disqus.com/count.js'",
        "DISQUS.reset({reload:true})",
        "DISQUSWIDGETS.getCount({})",
    ],
    "vimeo": ["new Vimeo.Player('p')", load("https://player.vimeo.com/api/player.js")],
    "dailymotion": [
        "DM.player(e,{})",
        "window.dmAsyncInit=f",
        load("https://api.dailymotion.com/all.js"),
        load("https://geo.dailymotion.com/libs/player/x1.js"),
    ],
    "tiktok": ["window.tiktokEmbed.lib.render(e)", load("https://www.tiktok.com/embed.js")],
    "spotify": ["window.onSpotifyIframeApiReady=f", "window.onSpotifyWebPlaybackSDKReady=f"],
    "soundcloud": ["SC.Widget('p')", load("https://w.soundcloud.com/player/api.js")],
    "deezer": ["DZ.player.playTracks([1])", "window.dzAsyncInit=f"],
    "openstreetmap": ["L.tileLayer('https://{s}.tile.openstreetmap.org/{z}/{x}/{y}.png').addTo(map)"],
    "youtube": [
        "tag.src='https://www.youtube.com/iframe_api'",
        "p=new YT.Player('p')",
        "function onYouTubeIframeAPIReady(){}",
    ],
    "twitch": ["new Twitch.Player('x')"],
    "google-maps": [
        "new google.maps.Map(e)",
        "s.src='https://maps.googleapis.com/maps/api/js?key=1'",
        "s.src='//maps.google.com/maps/api/js'",
    ],
    "mapbox": ["mapboxgl.accessToken='pk.1'", "L.mapbox.accessToken='pk.1'"],
    "google-fonts": [
        "WebFontConfig={google:{families:['Lato']}}",
        "WebFont.load({google:{families:['Lato']}})",
        load("//ajax.googleapis.com/ajax/libs/webfont/1/webfont.js"),
    ],
    "adobe-fonts": [
        "try{Typekit.load({async:true})}catch(e){}",
        load("//use.typekit.net/x.js"),
        load("//use.typekit.com/x.js"),
    ],
    "google-custom-search": [load("https://cse.google.com/cse.js?cx=1")],
    "recaptcha": ["grecaptcha.ready(f)", load("https://www.google.com/recaptcha/api.js")],
    "hcaptcha": [load("https://hcaptcha.com/1/api.js")],
    "turnstile": ["turnstile.ready(f)", load("https://challenges.cloudflare.com/turnstile/v0/api.js")],
    "intercom": [
        "window.intercomSettings={app_id:'x'}",
        "Intercom('boot',{})",
        load("https://widget.intercom.io/widget/x"),
    ],
    "crisp": [
        "window.CRISP_WEBSITE_ID='x'",
        "$crisp.push(['do','chat:open'])",
        load("https://client.crisp.chat/l.js"),
    ],
    "hubspot-chat-forms": ["hbspt.forms.create({portalId:'1'})"],
    "calendly": ["Calendly.initBadgeWidget({})"],
}
"""Loaders and calls. Nothing is left of either."""

# --- The facts that the catalogue was compiled from, in words of their own ----------------------------------

NAMED = {
    "gtm": "google-tag-manager",
    "gtag": "google-tag",
    "osm": "openstreetmap",
    "adsense": "google-adsense",
    "google-ads-conversion": "google-ads",
}
"""Services that go by another name there."""

ELSEWHERE = {
    "static.licdn.com": "linkedin",
    "platform.js": "google-platform",
    "subscribe_embed": "youtube-subscribe",
    "mapbox.com/events": "mapbox-telemetry",
}
"""What belongs to another service here."""

NOT_RECOGNISED = {
    ("hubspot", "id"): "stands on a script whose address says the same",
    ("cloudflare-insights", "attr"): "stands on a script whose address says the same",
}

TOO_WIDE = {
    # A bare st_ is too common in sites' own style sheets: the networks are spelt out.
    "sharethis": re.compile(r"st_.*"),
    # What the vendor's own script makes of the page.
    "pinterest": re.compile(r"PIN_.*"),
}
