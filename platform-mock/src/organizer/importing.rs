//! A hall from a file: looked at first, then kept. The file waits in the page in between, so that nothing is stored before.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read as _,
    path,
};

use askama::Template;
use axum::{
    extract::{DefaultBodyLimit, Multipart, State, multipart::MultipartRejection},
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use jiff::tz::TimeZone;
use kippu_api::organizing::LayoutInList;
use kippu_seatplan::import::{self, Imported};

use super::{
    faults,
    halls::Seen,
    words::halls::{Words, words},
};
use crate::{
    app::App,
    auth::{ORGANIZER, Scope},
    masters::{
        organized::text,
        organizing::{LayoutPlace, keep},
        wall_clock,
    },
    pages::{
        Page, respond,
        typed::{Troubles, Typed, unprocessable},
        upload,
    },
    refusal::{Answer, Refusal},
    routes::Routes,
    server::limits::{PLAN_BYTES, PLAN_FORM_BYTES},
};

/// The pages.
pub fn routes(routes: Routes) -> Routes {
    let common = ORGANIZER.of(Scope::Common);
    let large = DefaultBodyLimit::max(PLAN_FORM_BYTES);
    routes
        .on("/organizer/halls/import", "get", common, get(form))
        .on(
            "/organizer/halls/import",
            "post",
            common,
            post(look).layer(large),
        )
        .on(
            "/organizer/halls",
            "post",
            common,
            post(keep_it).layer(large),
        )
}

#[derive(Template)]
#[template(path = "organizer/hall_import.html")]
struct ImportPage<'a> {
    page: &'a Page,
    t: &'a Words,
    /// The file's name, once there is one.
    file: &'a str,
    problems: &'a [String],
    more: usize,
}

#[derive(Template)]
#[template(path = "organizer/hall_look.html")]
struct LookPage<'a> {
    page: &'a Page,
    t: &'a Words,
    seen: &'a Seen,
    odd: &'a [String],
    more: usize,
    venues: &'a BTreeSet<String>,
    zones: &'a [String],
    typed: &'a Typed,
    troubles: &'a Troubles,
}

/// Asks for a file.
pub async fn form(page: Page) -> Answer<Response> {
    refused(&page, "", &[], 0)
}

fn refused(page: &Page, file: &str, problems: &[String], more: usize) -> Answer<Response> {
    let template = ImportPage {
        t: words(page.language),
        page,
        file,
        problems,
        more,
    };
    respond(&template)
}

/// Shows what is in a file, or what is wrong with it.
pub async fn look(
    State(app): State<App>,
    page: Page,
    upload: Result<Multipart, MultipartRejection>,
) -> Answer<Response> {
    let upload = upload::read(upload).await?;
    page.check_form(&upload.form)?;
    let t = words(page.language);
    if upload.name.is_empty() {
        return unprocessable(refused(&page, "", &[t.no_file.to_owned()], 0));
    }
    let stem = stem(&upload.name);
    let packed = packed(&upload.file)?;
    let (plan, odd) = match read(upload.file, stem.clone()).await? {
        Ok(read) => read,
        Err(problems) => {
            let (problems, more) = faults::told(&problems, page.language);
            return unprocessable(refused(&page, &upload.name, &problems, more));
        }
    };
    let layouts = app.storage().layouts().await?;
    let typed = Typed::filled([
        ("file".to_owned(), packed),
        ("stem".to_owned(), stem.clone()),
        ("venue".to_owned(), plan.name.clone()),
        ("name".to_owned(), stem),
        ("zone".to_owned(), usual_zone(&layouts)),
    ]);
    let (odd, more) = faults::told(&odd, page.language);
    let seen = Seen::of(&plan, t);
    show(
        &page,
        &layouts,
        &seen,
        (&odd, more),
        &typed,
        &Troubles::default(),
    )
}

fn show(
    page: &Page,
    layouts: &[LayoutInList],
    seen: &Seen,
    (odd, more): (&[String], usize),
    typed: &Typed,
    troubles: &Troubles,
) -> Answer<Response> {
    let template = LookPage {
        t: words(page.language),
        page,
        seen,
        odd,
        more,
        venues: &layouts.iter().map(|layout| layout.venue.clone()).collect(),
        zones: &wall_clock::zones(typed.get("zone")),
        typed,
        troubles,
    };
    respond(&template)
}

/// Keeps what was looked at.
pub async fn keep_it(State(app): State<App>, page: Page, typed: Typed) -> Answer<Response> {
    typed.check(&page)?;
    let t = words(page.language);
    let bytes = unpacked(typed.get("file")).ok_or_else(|| Refusal::bad_request(page.w.form_old))?;
    let Ok((plan, odd)) = read(bytes, typed.get("stem").to_owned()).await? else {
        return Err(Refusal::bad_request(page.w.form_old));
    };
    let mut troubles = Troubles::default();
    for field in ["venue", "name"] {
        troubles.take(field, text(typed.get(field)), |_| t.bad_name);
    }
    troubles.take("zone", TimeZone::get(typed.get("zone")), |_| t.bad_zone);
    if troubles.is_empty() {
        let place = LayoutPlace::checked(typed.get("venue"), typed.get("zone"), typed.get("name"))?;
        match keep(&app, &place, &plan).await {
            Ok(layout) => {
                return Ok(Redirect::to(&format!("/organizer/halls/{layout}")).into_response());
            }
            // Names and zone are good: what is left is that another plan has this name.
            Err(refusal) if refusal.code == kippu_api::problem::ProblemCode::BadRequest => {
                troubles.add("name", t.name_taken);
            }
            Err(refusal) => return Err(refusal),
        }
    }
    let (odd, more) = faults::told(&odd, page.language);
    let (seen, layouts) = (Seen::of(&plan, t), app.storage().layouts().await?);
    unprocessable(show(
        &page,
        &layouts,
        &seen,
        (&odd, more),
        &typed,
        &troubles,
    ))
}

async fn read(bytes: Vec<u8>, name: String) -> Answer<Imported> {
    tokio::task::spawn_blocking(move || import::any(&bytes, &name))
        .await
        .map_err(|error| Refusal::internal(&error))
}

/// A file's name without its ending.
fn stem(name: &str) -> String {
    let stem = path::Path::new(name).file_stem();
    stem.map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
}

/// A file as a field of a form.
fn packed(bytes: &[u8]) -> Answer<String> {
    let packed = zstd::encode_all(bytes, 0).map_err(|error| Refusal::internal(&error))?;
    Ok(hex::encode(packed))
}

/// The file in a field; `None` for what no page of ours holds.
fn unpacked(field: &str) -> Option<Vec<u8>> {
    let packed = hex::decode(field).ok()?;
    let reader = zstd::stream::read::Decoder::new(packed.as_slice()).ok()?;
    let mut bytes = Vec::new();
    let most = u64::try_from(PLAN_BYTES).ok()?;
    // A small field may stand for a file without end.
    reader.take(most + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() <= PLAN_BYTES).then_some(bytes)
}

/// The zone most halls are in; where there is none, the platform's own.
pub fn usual_zone(layouts: &[LayoutInList]) -> String {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for layout in layouts {
        *known.entry(&layout.zone).or_default() += 1;
    }
    let usual = known.into_iter().max_by_key(|(_, halls)| *halls);
    usual.map_or_else(
        || TimeZone::system().iana_name().unwrap_or("UTC").to_owned(),
        |(zone, _)| zone.to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_waits_in_the_page_as_it_was() {
        let file = b"row,seat\r\nA,\"1-4\"\r\n\xFF";
        assert_eq!(unpacked(&packed(file).unwrap()).unwrap(), file);
        let endless = vec![0; PLAN_BYTES + 1];
        assert!(unpacked(&packed(&endless).unwrap()).is_none());
        assert!(unpacked("nonsense").is_none() && unpacked("00").is_none());
    }

    #[test]
    fn file_names_lose_their_ending_and_folders() {
        assert_eq!(stem("Großer Saal.v2.json"), "Großer Saal.v2");
        assert_eq!(stem("../../etc/passwd"), "passwd");
        assert_eq!(stem(".."), "");
    }
}
