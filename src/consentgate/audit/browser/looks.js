// Measures what visitors see of two buttons on one notice. Answers with a row for each: its words, width and
// height, the size and weight of its words, how much of it is in view, how its words and its shape stand out
// (WCAG 2.2, contrast ratio), and at which stop of the keyboard it is. What cannot be told is null, and so is
// all of it where the two are not on the same notice.
(buttons) => {
    const up = node => node.assignedSlot ?? node.parentElement ?? node.getRootNode().host ?? null;
    const chain = node => node ? [node, ...chain(up(node))] : [];
    const style = element => getComputedStyle(element);
    const [above, other] = buttons.map(chain);
    const notice = above.find(element => other.includes(element));
    const isWhole = element => element === document.body || element === document.documentElement;
    const layer = elements => elements.find(element =>
        element.matches("dialog, [role=dialog], [role=alertdialog]") || style(element).position === "fixed");
    if (!notice || isWhole(notice) || layer(above) !== layer(other)) return null;

    // Colours: the browser draws each, whatever it is written as.
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const drawn = colour => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = "rgb(0 0 0 / 0)";
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
        return [red, green, blue, alpha / 255];
    };
    const over = (above, below, alpha = above[3]) =>
        [0, 1, 2].map(at => above[at] * alpha + below[at] * (1 - alpha)).concat(1);
    const linear = value => value <= 0.04045 * 255 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
    const luminance = ([red, green, blue]) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
    const contrast = (one, two) => {
        const [dark, light] = [luminance(one), luminance(two)].sort((a, b) => a - b);
        return (light + 0.05) / (dark + 0.05);
    };
    const inside = element => chain(element).slice(0, chain(element).indexOf(notice));
    const isPainted = one => one.backgroundImage !== "none" || one.filter !== "none"
        || one.mixBlendMode !== "normal" || one.backdropFilter !== "none";

    // The opaque colour that lies behind what an element holds; null where a picture does, or the page itself.
    const behind = element => {
        const colours = [];
        for (const at of chain(element)) {
            const one = style(at), colour = drawn(one.backgroundColor);
            const isFaint = +one.opacity < 0.99 && !inside(element).includes(at);
            if (isPainted(one) || isFaint) return null;
            if (colour[3] > 0) colours.push(colour);
            if (colour[3] > 0.99) break;
            if (one.position === "fixed") return null;
        }
        const isDark = style(document.documentElement).colorScheme.includes("dark")
            && (matchMedia("(prefers-color-scheme: dark)").matches
                || !style(document.documentElement).colorScheme.includes("light"));
        return colours.reduceRight((below, colour) => over(colour, below), isDark ? [18, 18, 18, 1] : [255, 255, 255, 1]);
    };
    const opacity = element => inside(element).reduce((whole, at) => whole * +style(at).opacity, 1);

    const children = element => {
        if (element.shadowRoot) return [...element.shadowRoot.children];
        const assigned = element.localName === "slot" ? element.assignedElements() : [];
        return assigned.length ? assigned : [...element.children];
    };
    const below = element => children(element).flatMap(child => [child, ...below(child)]);
    const texts = element => [...element.childNodes].filter(node => node.nodeType === 3 && node.data.trim());
    const worded = button => [button, ...below(button)].find(element => texts(element).length) ?? button;

    const ofText = button => {
        const element = worded(button), ground = behind(element), around = behind(up(button));
        if (!ground || !around) return null;
        const one = style(element), alpha = opacity(button);
        const words = over(drawn(one.webkitTextFillColor), ground, drawn(one.webkitTextFillColor)[3]);
        return contrast(over(words, around, alpha), over(ground, around, alpha));
    };

    const STOPS = "a[href], button, input, select, textarea, summary, iframe, [tabindex], [contenteditable]";
    const CONTROLS = `${STOPS}, [role=button]`;
    const SIDES = ["Top", "Right", "Bottom", "Left"];
    // The most that an element's ground or its border stands out; null where that cannot be told.
    const ofBox = element => {
        const one = style(element), around = behind(up(element)), alpha = opacity(element);
        const isDrawn = ["::before", "::after"].map(part => getComputedStyle(element, part)).some(part =>
            part.content !== "none" && part.content !== "normal"
            && (drawn(part.backgroundColor)[3] > 0 || part.backgroundImage !== "none" || part.borderTopWidth !== "0px"));
        if (!around || isPainted(one) || one.boxShadow !== "none" || isDrawn) return null;
        const colours = [drawn(one.backgroundColor)];
        if (SIDES.every(side => parseFloat(one[`border${side}Width`]) > 0)) colours.push(drawn(one.borderTopColor));
        if (one.outlineStyle !== "none" && parseFloat(one.outlineWidth) > 0) colours.push(drawn(one.outlineColor));
        return Math.max(...colours.map(colour => contrast(over(colour, around, colour[3] * alpha), around)));
    };
    const ofShape = button => {
        const alone = [];
        for (const wrap of inside(button).slice(1)) {
            if (below(wrap).filter(one => one.matches(CONTROLS)).length > 1) break;
            alone.push(wrap);
        }
        const found = [button, ...alone, ...below(button).slice(0, 50)].map(ofBox);
        const most = Math.max(1, ...found.filter(one => one !== null));
        return most < 3 && found.includes(null) ? null : most;
    };

    const inView = button => {
        const box = button.getBoundingClientRect();
        let [left, top, right, bottom] = [
            Math.max(box.left, 0), Math.max(box.top, 0), Math.min(box.right, innerWidth), Math.min(box.bottom, innerHeight),
        ];
        let position = style(button).position;
        for (const at of chain(up(button))) {
            const one = style(at);
            if (position === "fixed" || isWhole(at)) break;
            if (position === "absolute" && one.position === "static") continue;
            if (one.overflowX !== "visible" || one.overflowY !== "visible") {
                const clip = at.getBoundingClientRect();
                left = Math.max(left, clip.left);
                top = Math.max(top, clip.top);
                right = Math.min(right, clip.right);
                bottom = Math.min(bottom, clip.bottom);
            }
            position = one.position;
        }
        const whole = box.width * box.height;
        return whole > 0 ? Math.max(0, right - left) * Math.max(0, bottom - top) / whole : 0;
    };

    const stops = below(notice).filter(element => element.matches(STOPS)
        && element.tabIndex >= 0 && !element.disabled && !element.closest("[inert]")
        && element.checkVisibility({ visibilityProperty: true }));
    const last = element => element.tabIndex > 0 ? element.tabIndex : Infinity;
    stops.sort((one, two) => last(one) === last(two) ? 0 : last(one) - last(two));
    const stopOf = button => {
        const at = stops.findIndex(stop => chain(stop).includes(button) || inside(button).includes(stop));
        return at < 0 ? null : at;
    };

    return buttons.map(button => {
        const box = button.getBoundingClientRect(), words = style(worded(button));
        return [
            (button.innerText || button.value || button.ariaLabel || "").trim().slice(0, 200),
            box.width, box.height, parseFloat(words.fontSize), +words.fontWeight,
            inView(button), ofText(button), ofShape(button), stopOf(button),
        ];
    });
}
