//! What a master is made of, kind by kind.

use axum::http::Uri;
use jiff::tz::TimeZone;
use kippu_api::registry::{MasterFacts, MasterKind};

use crate::refusal::{Answer, Refusal};

/// Longest code and number for invoices, in characters.
pub(super) const CODE_MAX: usize = 20;
/// Longest name, in characters.
pub(super) const NAME_MAX: usize = 120;
/// Longest address, contact and link, in characters.
pub(super) const TEXT_MAX: usize = 200;

/// A fact about a master, by the name of its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// What people and files call it by.
    Code,
    /// As tickets and pages show it.
    Name,
    /// Postal address.
    Address,
    /// Whom to call or write to.
    Contact,
    /// A seller's number on tax invoices.
    Registration,
    /// A store's seller, by its code.
    Seller,
    /// A venue's time zone.
    Zone,
    /// How to get to a venue.
    Link,
}

impl Field {
    /// Those a kind has.
    pub fn of(kind: MasterKind) -> &'static [Self] {
        use Field::{Address, Code, Contact, Link, Name, Registration, Seller, Zone};
        match kind {
            MasterKind::Organizers => &[Code, Name, Address, Contact],
            MasterKind::Sellers => &[Code, Name, Address, Contact, Registration],
            MasterKind::Stores => &[Code, Name, Seller, Address, Contact],
            MasterKind::Venues => &[Code, Name, Zone, Address, Contact, Link],
        }
    }

    /// Its name in forms and in the audit log.
    pub fn word(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Name => "name",
            Self::Address => "address",
            Self::Contact => "contact",
            Self::Registration => "registration",
            Self::Seller => "seller",
            Self::Zone => "zone",
            Self::Link => "link",
        }
    }

    /// What is stated of it.
    pub fn text(self, facts: &MasterFacts) -> &str {
        match self {
            Self::Code => &facts.code,
            Self::Name => &facts.name,
            Self::Address => &facts.address,
            Self::Contact => &facts.contact,
            Self::Registration => &facts.registration,
            Self::Seller => &facts.seller,
            Self::Zone => &facts.zone,
            Self::Link => &facts.link,
        }
    }

    /// The place for it.
    pub fn place(self, facts: &mut MasterFacts) -> &mut String {
        match self {
            Self::Code => &mut facts.code,
            Self::Name => &mut facts.name,
            Self::Address => &mut facts.address,
            Self::Contact => &mut facts.contact,
            Self::Registration => &mut facts.registration,
            Self::Seller => &mut facts.seller,
            Self::Zone => &mut facts.zone,
            Self::Link => &mut facts.link,
        }
    }

    /// Whether it can be this.
    pub fn takes(self, text: &str) -> bool {
        let letters = text.chars().count();
        let plain = !text.chars().any(char::is_control);
        let marks = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'_');
        match self {
            Self::Code | Self::Seller => {
                (1..=CODE_MAX).contains(&letters) && text.bytes().all(marks)
            }
            Self::Registration => letters <= CODE_MAX && text.bytes().all(marks),
            Self::Name => plain && (1..=NAME_MAX).contains(&letters),
            Self::Address | Self::Contact => plain && letters <= TEXT_MAX,
            Self::Zone => TimeZone::get(text).is_ok(),
            Self::Link => text.is_empty() || (letters <= TEXT_MAX && is_page(text)),
        }
    }
}

/// Whether a text is the address of a page in the web; a browser would run others as a script.
fn is_page(text: &str) -> bool {
    text.parse::<Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some_and(|host| !host.is_empty())
    })
}

/// What somebody stated, without what the kind does not have.
///
/// # Errors
/// 400 that names the first fact that cannot be as it is.
pub(super) fn checked(kind: MasterKind, stated: &MasterFacts) -> Answer<MasterFacts> {
    let mut facts = MasterFacts::default();
    for field in Field::of(kind) {
        let text = field.text(stated).trim();
        if !field.takes(text) {
            return Err(Refusal::bad_request(format!(
                "{} cannot be {text:?}. Nothing was stored.",
                field.word()
            ))
            .hint("Codes have 1 to 20 letters, digits, - and _; names 1 to 120 characters; other texts up to 200 on one line; a zone is like Asia/Tokyo; a link begins with https://."));
        }
        text.clone_into(field.place(&mut facts));
    }
    Ok(facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_a_page_and_never_a_script() {
        for good in [
            "",
            "https://hall.example/access?by=train",
            "http://hall.example",
        ] {
            assert!(Field::Link.takes(good), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "hall.example",
            "https://",
            "data:text/html,x",
            "https://hall.example/a b",
        ] {
            assert!(!Field::Link.takes(bad), "{bad}");
        }
    }

    #[test]
    fn codes_and_names_keep_their_lengths() {
        assert!(Field::Code.takes("HSM-01_a"));
        for bad in ["", "a b", "席", &"x".repeat(21)] {
            assert!(!Field::Code.takes(bad), "{bad}");
        }
        assert!(Field::Name.takes(&"席".repeat(120)));
        for bad in ["", "two\nlines", &"x".repeat(121)] {
            assert!(!Field::Name.takes(bad), "{bad}");
        }
        assert!(Field::Zone.takes("Asia/Tokyo") && !Field::Zone.takes("Tokyo time"));
    }
}
