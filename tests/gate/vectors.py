"""Headers in plain forms and in odd ones, for the gate and, in tests/browser/test_headers.py, browsers."""

# What frameworks write, and the same deletion in our words.
DELETIONS = [
    ("_ab=; Max-Age=0", "_ab=; Max-Age=0"),
    ("_ab=x; max-age=-1; Expires=Fri, 31 Dec 2100 23:59:59 GMT", "_ab=; Max-Age=0"),
    ("_ab=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "_ab=; Max-Age=0"),
    ("_ab=; expires=Thu, 01-Jan-70 00:00:01 GMT; path=/", "_ab=; path=/; Max-Age=0"),
    ("_ab=; expires=Thursday, 01-Jan-1970 00:00:01 GMT", "_ab=; Max-Age=0"),
    (
        '_ab=""; expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/x; Domain=example.org',
        "_ab=; Path=/x; Domain=example.org; Max-Age=0",
    ),
    ("_ab=y=z; Path=; Max-Age=0; Version=1; Priority=High", "_ab=; Path=; Max-Age=0"),
    (
        "_ab=;HttpOnly;Max-Age=0;Secure;SameSite=None;Partitioned",
        "_ab=; HttpOnly; Secure; SameSite=None; Partitioned; Max-Age=0",
    ),
    ("__Secure-x=1; Path=/; Secure; Max-Age=0", "__Secure-x=; Path=/; Secure; Max-Age=0"),
    ("__Host-x=1; Secure; Path=/; Max-Age=0", "__Host-x=; Secure; Path=/; Max-Age=0"),
    ("cart=1; Max-Age=0; Path=/", "cart=; Path=/; Max-Age=0"),
]
# Some browsers keep these, or could.
NO_DELETIONS = [
    "_ab=1",
    "_ab=1; Max-Age=1",
    "_ab=",
    "_ab=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    "_ab=1; Max-Age=60, Max-Age=0",
    *(
        f"_ab=1; Max-Age={value}"
        for value in (
            *(
                "",
                "+0",
                " 0 0",
                " 0",
                "0 ",
                "\t0",
                '"0"',
                "0x",
                "0.0",
                "0,5",
                "--1",
                "-",
                "0" * 21,
                "0" * 1025,
            ),
            *("\xa00", "\xb2", "-99999999999999999999999", "0; Max-Age=5", "0; Max-Age=x", "0; Max-Age="),
            *(
                "0; Max-Age",
                "0; max-age=0",
                "100; Max-Age=0",
                "0;Max-Age =9",
                "0; \tMAX-AGE=9",
                "0; Expires=0",
            ),
            *("0; Path=/a; Path=/b", "0; Domain=a.example; domain=example.org", "0; Secure; Secure"),
            *(f"0; Path=/{'x' * 1024}", f"0; x={'x' * 1025}", "0; Expires=Thu, 01 Jan 1970 00:00:00 PST"),
        )
    ),
    "_ab=1; Max-Age =0",
    "_ab=1; \xa0Max-Age=0",
    "_ab=1; Max-Age\xa0=0",
    "_ab=1; Max\xadAge=0",
    '_ab=1; "Max-Age=0"',
    "_ab=1, x; =; Max-Age=0; =",
    *(
        f"_ab=1; Expires={value}"
        for value in (
            *(
                "Mon, 01 Jan 1600 00:00:00 GMT",
                "Mon, 01 Jan 1969 00:00:00 GMT",
                "Mon, 01 Jan 0100 00:00:00 GMT",
            ),
            *(
                "Mon, 31 Feb 1999 00:00:00 GMT",
                "Mon, 01 Jan 1970 24:00:00 GMT",
                "Mon, 01 Jan 1970 00:00:60 GMT",
            ),
            *(
                "Mon, 01 Jan 1970",
                "0",
                "-1",
                "",
                "Fri, 31 Dec 2100 00:00:00 GMT",
                "Tue, 31-Dec-69 00:00:00 GMT",
            ),
            *(
                "Thu, 01 Jan 1970 00:00:00 PST",
                "Thu, 01 Jan 1970 00:00:00 -1200",
                "Thu, 01 Jan 1970 00:00:00",
            ),
            *(
                "Thu, 01 Jan 1970 00:00:00 GMT+14",
                "Thu, 01 Jan 1970 00:00:00 GMT, x",
                "Thu, 1 Jan 1970 0:0:0 GMT",
            ),
            *(
                '"Thu, 01 Jan 1970 00:00:00 GMT"',
                "Thu Jan 01 1970 00:00:00 GMT",
                "Thursday, 1 january 1970 0:0:0",
            ),
            *("Thu, 01 Jan 1970 00:00:00 GMT; Expires=x", "Thu, 01 Jan 1970 00:00:00 GMT; Expires"),
            "Thu, 01 Jan 1970 00:00:00 GMT; Expires=Fri, 31 Dec 2100 00:00:00 GMT",
            "Fri, 31 Dec 2100 00:00:00 GMT; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
            "Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=x",
        )
    ),
    # No name, or none that all browsers would read alike.
    *("=; Max-Age=0", "_ab; Max-Age=0", "=_ab=1; Max-Age=0", "; Max-Age=0", "_ab=\x01; Max-Age=0"),
    *("_ab=1\x7f; Max-Age=0", "_ab=1; Max-Age=0; x=\x1f", "_a\x00b=; Max-Age=0"),
]

OWN_LINK = "</own.css>; rel=preload; as=style"
# What sites send (frameworks, WordPress, APIs that page their answers, Memento, JSON-LD).
PLAIN_LINKS = [
    "</own.css>; rel=preload; as=style; nopush",
    '</font.woff2>; rel="preload"; as="font"; type="font/woff2"; crossorigin',
    "</font.woff2>; rel=preload; as=font; type=font/woff2; crossorigin=anonymous; fetchpriority=high",
    '<https://www.example.org/wp-json/>; rel="https://api.w.org/"',
    '</wp-json/wp/v2/pages/2>; rel="alternate"; title="JSON"; type="application/json"',
    '</items?page=2&per_page=100>; rel="next", </items?page=50>; rel="last"',
    '</issues?&cursor=1:0:1>; rel="previous"; results="false"; cursor="1:0:1"',
    "</>;rel=canonical,</de>;rel=alternate;hreflang=de , </fr>; rel=alternate; hreflang=fr",
    '</m>; rel="timemap"; type="application/link-format"; from="Tue, 15 Sep 2015 11:00:00 GMT"',
    "</n>; rel=prev; title=\"\xc3\x9cber, <uns>; 'so'\"",
    "</css?family=A:400,700;B|C[]~!$'()*+@>; rel=preload; as=style",
    '</a.png>; rel=preload; as=image; imagesrcset="/a.png 1x, /b.png 2x"; imagesizes="(width<9px) 1px, 2px"',
    '</x>; rel="shortlink"; anchor="#a"; media="screen and (min-width: 5em)"; integrity=sha384-a/b+c',
    "<>; rel=preload",
    "</x>",
]
# What browsers read differently from each other, or could. Each would lead to films.example in one of them.
FILMS = "<https://films.example/>"
ODD_LINKS = [
    *(
        "junk",
        ",",
        " ",
        f"{OWN_LINK},",
        f"{OWN_LINK},,{OWN_LINK}",
        f",{OWN_LINK}",
        f"{OWN_LINK};",
        f"{OWN_LINK};;x",
        "</a",
        "/a>; rel=preload",
    ),
    *(f"<https://films.example/{character}>; rel=preconnect" for character in '<"\\ \t\x7f\xa0\xff{'[:-1]),
    *(f"<{character}//films.example/>; rel=preconnect" for character in " \t\x0b\xa0\\"),
    "<https:\\\\films.example/>; rel=modulepreload",
    *(f"{FILMS};{space}rel=preconnect" for space in ("\t", "\x0b", "\xa0", "\x00", "\x1f", "\x7f")),
    *(f"{FILMS}{space};rel=preconnect" for space in ("\t", "x", "\xa0", ",")),
    *(f"{FILMS}; rel{space}=preconnect" for space in (" ", "\t", "*", "\xa0", "\\", '"')),
    *(f"{FILMS}; rel={space}preconnect" for space in (" ", "\t", "\x0b", '"', "'", "\\", "<", "=")),
    *(
        f"{FILMS}; {first}; rel=preconnect"
        for first in ("rel", "rel=", 'rel=""', "rel=prev", "REL=prev", 'rel=" "')
    ),
    *(f"{FILMS}; rel=prev; {then}" for then in ("rel=preconnect", "rel", "RE\u017f=x"[:2] + "L=preconnect")),
    *(f"{FILMS}; rel*=UTF-8''preconnect", f"{FILMS}; rel*=preconnect; rel=prev", f"{FILMS}; as*=x; rel=prev"),
    f"{FILMS}; rel=prev; title*=UTF-8''x",
    *(
        f"{FILMS}; {only}"
        for only in ("rel=", 'rel=""', 'rel=" "', "rel", "re\\l=preconnect", "'rel'=preconnect")
    ),
    f'{FILMS}; rel="preconnect',
    f"{FILMS}; rel='preconnect'",
    f'{FILMS}; rel=prev"; rel=preconnect',
    f'{OWN_LINK}; a=b"c, {FILMS}; rel=preconnect',
    f'{OWN_LINK}; a="b, {FILMS}; rel=preconnect',
    f'{OWN_LINK}; a="b"c, {FILMS}; rel=preconnect',
    f'{OWN_LINK}; a="\\", {FILMS}; rel=preconnect; b="',
    f'{OWN_LINK}; a="\\"", {FILMS}; rel=preconnect; b=""',
    f"{OWN_LINK}; a='\", {FILMS}; rel=preconnect; b='\"",
    f"{OWN_LINK}; a=', {FILMS}; rel=preconnect",
    f'{OWN_LINK}; a"b=c, {FILMS}; rel=preconnect',
    f'{OWN_LINK}; "a=b, {FILMS}; rel=preconnect',
    f"{OWN_LINK}; a=(b, {FILMS}; rel=preconnect",
    f"{OWN_LINK}; a=<b, {FILMS}; rel=preconnect",
    f"{OWN_LINK}; <a, {FILMS}; rel=preconnect",
    f"{OWN_LINK} {FILMS}; rel=preconnect",
    f"{OWN_LINK}\x00, {FILMS}; rel=preconnect",
    f"</a{FILMS}; rel=preconnect",
    f"</a, {FILMS}; rel=preconnect",
    f"<{FILMS}>; rel=preconnect",
    '</x.png>; rel=preload; as=image; imagesrcset="https://films.example/ 1x',
    f"{FILMS[:-1]}\\>; rel=preconnect",
    f'{FILMS}; title="\x01"; rel=preconnect',
    f"{FILMS}; title=\xe9; rel=preconnect",
]
