//! Reports that come on a stick: checked as a whole before anything is taken from them, then taken one by one as if they came by network.

use kippu_api::{
    operator::Imported,
    problem::ProblemCode,
    stick::{BadStick, Kind, PlatformId, Reports, open_json, peek},
};

use crate::{
    app::App,
    audit::Actor,
    handovers::storage::Evidence,
    refusal::{Answer, Refusal},
};

/// Takes the reports of a file. The same file again is harmless. Who brought it is written down before the first report is taken.
///
/// # Errors
/// 400 for a file that is cut off, forged, of another kind or for another platform: nothing was changed.
pub async fn import(app: &App, bytes: &[u8], actor: Actor) -> Answer<Imported> {
    let header = peek(bytes).map_err(|error| bad(&error))?;
    let known = app.storage().device_key(header.terminal).await?;
    let known = known.ok_or_else(|| {
        Refusal::bad_request(
            "The stick file is of a terminal nobody knows here. Nothing was changed.",
        )
    })?;
    let device_key = app.keys().device_key(header.terminal, known)?;
    let platform = PlatformId::of(&app.keys().issuer.public());
    let (header, body): (_, Reports) =
        open_json(bytes, Kind::Reports, platform, header.terminal, &device_key)
            .map_err(|error| bad(&error))?;
    if body
        .reports
        .iter()
        .any(|told| told.report.incarnation != header.incarnation)
    {
        return Err(bad(&BadStick::Content));
    }
    let terminal = header.terminal;
    let subject = format!("terminal {terminal}");
    app.storage()
        .note_act(actor, "reports_imported", subject)
        .await?;
    let mut done = Imported {
        terminal,
        reports: u32::try_from(body.reports.len()).unwrap_or(u32::MAX),
        known: 0,
        refused: Vec::new(),
    };
    for told in body.reports {
        let row = told.report.row;
        if app
            .storage()
            .knows_report(terminal, header.incarnation.clone(), row)
            .await?
        {
            done.known += 1;
            continue;
        }
        let taken = async {
            let evidence = Evidence::of(&told.report, app.keys())?;
            app.storage()
                .report(terminal, told.handover, told.report, evidence)
                .await
        };
        match taken.await {
            Ok(_) => {}
            Err(refusal) if may_pass(refusal.code) => {
                return Err(refusal);
            }
            Err(refusal) => done.refused.push(format!("{row}: {}", refusal.detail)),
        }
    }
    Ok(done)
}

/// Whether a refusal says nothing about the report itself, so that the whole file is to be imported again.
fn may_pass(code: ProblemCode) -> bool {
    matches!(code, ProblemCode::Busy | ProblemCode::Internal)
}

fn bad(error: &BadStick) -> Refusal {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    let sentence: String = first.chain(letters).collect();
    Refusal::bad_request(format!("{sentence}. Nothing was changed."))
}
