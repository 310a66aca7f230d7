//! What is wrong with a plan's file, in the reader's language.

use kippu_seatplan::import::{Fault, Foreign, Problem};

use crate::pages::words::Language;

/// Problems of a file that a page names.
const NAMED: usize = 50;

/// Problems as a list people read, and how many more there are.
pub fn told(problems: &[Problem], language: Language) -> (Vec<String>, usize) {
    let named = problems.iter().take(NAMED);
    let words = named.map(|problem| match language {
        Language::English => english(problem),
        Language::Japanese => japanese(problem),
    });
    (words.collect(), problems.len().saturating_sub(NAMED))
}

fn english(problem: &Problem) -> String {
    let text = problem.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str() + "."
}

fn japanese(problem: &Problem) -> String {
    let what = fault(&problem.what);
    match problem.line {
        0 => what,
        line => format!("{line}行目: {what}"),
    }
}

fn fault(fault: &Fault) -> String {
    match fault {
        Fault::CutOff { column, missing } => {
            format!("ファイルが{column}文字目で途切れています({missing})。")
        }
        Fault::Syntax(what) => format!("書式が正しくありません({what})。"),
        Fault::DuplicateGuid { guid, count, lines } => {
            format!(
                "席の識別子「{guid}」が{count}席に使われています({}行目)。",
                list(lines)
            )
        }
        Fault::DuplicateAddress {
            address,
            count,
            lines,
        } => {
            format!("{address} が{count}席に印字されます({}行目)。", list(lines))
        }
        Fault::UnknownCategory { seat, category } => {
            format!("席「{seat}」の席種「{category}」は定義されていません。")
        }
        Fault::Missing { seat, field } => format!("{seat} に {field} がありません。"),
        Fault::AddressTooLong { address, bytes } => {
            format!("{address} はきっぷに入りません({bytes}バイト)。")
        }
        Fault::Foreign(kind) => format!(
            "これは{}です。席の一覧(CSV)か pretix の座席図(JSON)を選んでください。",
            match kind {
                Foreign::Markup => "ウェブページか図(HTML・XML・SVG)",
                Foreign::Packed => "圧縮ファイル(zip・Excel)",
                Foreign::Picture => "画像か印刷用のファイル(PDF・PNG・JPEG)",
            }
        ),
        Fault::Empty => "ファイルが空です。".into(),
        Fault::NoSeats => "席が一つもありません。".into(),
        Fault::TooMany { what, max } => format!("{what} が多すぎます({max}まで)。"),
        Fault::Outside { count } => {
            format!("{count}席が図の外にあったため、図を広げました。")
        }
        Fault::Columns { missing, columns } => {
            format!(
                "必要な列がありません({missing})。ある列: {}",
                columns.join("、")
            )
        }
        Fault::Field {
            column,
            text,
            expected,
        } => {
            format!("列「{column}」の「{text}」を読めません({expected})。")
        }
        Fault::Count { stated, listed } => {
            format!("席数は{stated}とありますが、並んでいるのは{listed}席です。")
        }
        Fault::Encoding(name) => format!("UTF-8ではないため、{name}として読みました。"),
        Fault::NoEncoding => "文字コードがわかりません(UTF-8・UTF-16・Shift_JIS)。".into(),
    }
}

fn list(lines: &[u32]) -> String {
    const SHOWN: usize = 12;
    let shown: Vec<String> = lines.iter().take(SHOWN).map(u32::to_string).collect();
    let more = if lines.len() > SHOWN { "…" } else { "" };
    shown.join("、") + more
}
