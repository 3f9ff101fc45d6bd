"""The words on buttons that answer a question for consent, as regular expressions of JavaScript.

They count on banners that neither we nor autoconsent know. An expression has to match the whole text of
a button, once that is in lower case and has lost the punctuation at its start and end.
"""

from __future__ import annotations

ACCEPT = (
    r"(yes,? )?(i )?(accept|agree|allow|consent|enable)( to)?( all| everything)?( of them)?( the)?( cookies)?"
    r"( and (continue|close))?|got it|ok(ay)?|yes"
    r"|(alle[ns]? )?(cookies )?(akzeptieren|zulassen|annehmen|erlauben|zustimmen|einverstanden)"
    r"|(tout )?accepter( et (continuer|fermer))?|j'accepte|tout autoriser|accepter tout"
    r"|(aceptar|permitir)( todo| todas)?( las cookies)?|acepto"
    r"|(accetta|consenti)( tutti| tutto)?( i cookie)?|accetto|aceitar( todos| tudo)?( os cookies)?|aceito"
    r"|(alle[s]? )?(cookies )?(accepteren|toestaan)|akkoord"
    r"|zaakceptuj( wszystkie)?|akceptuję|godkänn( alla)?|godkend( alle)?|godta( alle)?|hyväksy( kaikki)?"
)
REFUSE = (
    r"(no,? )?(i )?(reject|refuse|decline|deny|disagree|disallow)( to)?( all| everything)?( the)?"
    r"( (optional|non-essential|unnecessary))?( cookies)?( and (continue|close))?|no,? thanks?( you)?|no"
    r"|(accept |allow |use |only )?(only )?(the )?(necessary|essential|required)( cookies)?( only)?"
    r"|(continue|proceed) without (accepting|agreeing|consent)"
    r"|(alle[s]? )?(cookies )?ablehnen|nur (notwendige|erforderliche|essenzielle)( cookies)?( akzeptieren)?"
    r"|(tout )?refuser( tout)?|je refuse|continuer sans accepter"
    r"|(rechazar|denegar)( todo| todas)?( las cookies)?"
    r"|rifiuta( tutti| tutto)?|continua senza accettare|(rejeitar|recusar)( todos| tudo)?"
    r"|(alle[s]? )?(cookies )?(weigeren|afwijzen)|(alleen )?noodzakelijke( cookies)?"
    r"|odrzuć( wszystkie)?|avvisa( alla)?|afvis( alle)?|avslå( alle)?|hylkää( kaikki)?"
)
WITHDRAW = (
    r"(withdraw|revoke)( my)?( consent)?|(einwilligung )?widerrufen|retirer( mon consentement)?"
    r"|(retirar|revocar)( mi)?( consentimiento)?|revoca( il consenso)?|(toestemming )?intrekken"
)
MORE = (
    r"(cookie |privacy |consent |more |show |manage |change |customi[sz]e |your |my )*"
    r"(settings|options|preferences|choices|purposes|details|manage|customi[sz]e)( cookies)?"
    r"|(manage|customi[sz]e|configure)( my| your)? cookies|learn more|more information"
    r"|(cookie-?)?einstellungen( anpassen| verwalten)?|anpassen|mehr( optionen| erfahren)?"
    r"|(gérer|paramétrer|personnaliser)( (les|mes|vos))?( cookies| choix| préférences)?"
    r"|paramètres( des cookies)?"
    r"|(configurar|gestionar|personalizar)( las)?( cookies)?|preferencias|gestisci( i)?( cookie| preferenze)?"
    r"|personalizza|(cookie-?)?(instellingen|voorkeuren)( aanpassen| beheren)?|ustawienia|inställningar"
)
"""The words on buttons that open another layer of a banner. Outside of banners they may mean anything."""

SETTINGS = (
    r"(manage |change |your |my |update |open )*(cookie|cookies|privacy|consent|tracking|data)"
    r"( |-)?(settings|options|preferences|choices|consent|manager)"
    r"|(manage|change)( my| your)? (cookies|consent)|do not sell( or share)?( my personal information)?"
    r"|(cookie|datenschutz|privatsphäre)-?( )?einstellungen|cookies (verwalten|anpassen)"
    r"|(gérer|paramétrer|gestion des|paramètres des|préférences)( les| mes| de)?( cookies| confidentialité)"
    r"|(configurar|gestionar|preferencias de|configuración de)( las)? cookies"
    r"|(gestisci|preferenze|impostazioni) cookie"
    r"|cookie-?( )?(instellingen|voorkeuren)|ustawienia (cookies|prywatności)|cookie-?inställningar"
    r"|privacy center"
)
"""The words on links that lead from any page back to the question."""

FIND = """([words, near]) => {
    const pattern = new RegExp("^(?:" + words + ")$");
    const WHERE = "button, input[type=button], input[type=submit], [role=button], a, summary";
    const seen = element => {
        const box = element.getBoundingClientRect(), style = getComputedStyle(element);
        return box.width > 0 && box.height > 0 && style.visibility === "visible" && +style.opacity > 0;
    };
    // A form in which something is to be written is the site's own, and would be sent.
    const CLICKED = "[type=hidden], [type=checkbox], [type=radio], [type=submit], [type=button]";
    const WRITTEN = `textarea, input:not(${CLICKED})`;
    const sends = element => [...element.form?.querySelectorAll(WRITTEN) ?? []].some(seen);
    const plain = text => text.toLowerCase().replace(/[\\u2018\\u2019]/g, "'")
        .replace(/[^\\p{L}\\p{N}',-]+/gu, " ").trim();
    const says = text => typeof text === "string" && pattern.test(plain(text));
    const look = root => {
        for (const element of root.querySelectorAll("*")) {
            if (element.matches(WHERE)) {
                const texts = [element.innerText, element.value, element.getAttribute("aria-label")];
                if (texts.some(says) && seen(element) && !sends(element)) return element;
            }
            const found = element.shadowRoot && look(element.shadowRoot);
            if (found) return found;
        }
        return null;
    };
    for (let around = near; around; around = around.parentNode ?? around.host) {
        const found = around.querySelectorAll && look(around);
        if (found) return found;
    }
    return look(document);
}"""
"""Returns an element that can be pressed, is seen, and says what `words` match: the first one in the smallest
part of the page that is around the element `near`, where there is one. null for none."""
