//! What the pages say, in English and Japanese. Here are the operator's texts and those all sites share; organizers' and sellers' pages have tables of their own.

use axum::http::{HeaderMap, header};

/// A table of texts: [`Words`] with one field for each, and [`words`] that chooses by what the browser asks for.
macro_rules! words {
    ($($name:ident: $english:literal, $japanese:literal;)*) => {
        /// All texts of the pages in one language.
        #[allow(missing_docs, reason = "each text says what it is for")]
        #[derive(Debug)]
        pub struct Words {
            $(pub $name: &'static str,)*
        }

        const ENGLISH: Words = Words { $($name: $english,)* };
        const JAPANESE: Words = Words { $($name: $japanese,)* };

        /// The texts in a language.
        pub fn words(language: $crate::pages::words::Language) -> &'static Words {
            match language {
                $crate::pages::words::Language::English => &ENGLISH,
                $crate::pages::words::Language::Japanese => &JAPANESE,
            }
        }
    };
}
pub(crate) use words as table;

table! {
    lang: "en", "ja";
    product_operator: "Kippu operator", "Kippu 運営";
    product_organizer: "Kippu organizer", "Kippu 主催者";
    product_seller: "Kippu seller", "Kippu 販売者";
    // Navigation
    handovers: "Handovers", "受け渡し";
    unproved: "Unproved reports", "証明のない報告";
    reissue: "Re-issue", "再発行";
    terminals: "Terminals", "端末";
    events: "Events", "公演";
    halls: "Halls", "会場";
    report: "Reports", "日報・月報";
    returns: "Returns", "返却";
    requests: "Requests", "席の依頼";
    columns: "Columns", "列の設定";
    members: "Members", "会員";
    restore: "Restore", "復元";
    log_out: "Log out", "ログアウト";
    // Login
    log_in: "Log in", "ログイン";
    number: "Number or name", "番号または名前";
    password: "Password", "パスワード";
    wrong_login: "Number or password is wrong. Enter both again.", "番号またはパスワードが違います。もう一度入力してください。";
    too_many: "Too many wrong tries. Nothing was checked. Wait {} minutes.", "間違いが続きました。確認していません。{}分お待ちください。";
    session_over: "Log in to see this page.", "このページを見るにはログインしてください。";
    // Lists
    open_handovers: "Open handovers", "終わっていない受け渡し";
    found_handovers: "Handovers found", "見つかった受け渡し";
    find: "Find", "さがす";
    find_hint: "Ticket number, card number, order, slip or handover", "きっぷ番号・カード番号・注文・払込票・受け渡し番号";
    find_terminal: "Name of a terminal", "端末の名前";
    no_open: "No handover is open. Every ticket is on a card, on paper or here.", "終わっていない受け渡しはありません。すべてのきっぷはカード・紙・センターにあります。";
    nothing_found: "Nothing was found. Check the number.", "見つかりませんでした。番号を確かめてください。";
    more_rows: "There are more; find one by its number.", "ほかにもあります。番号でさがしてください。";
    all_open: "All open ones", "終わっていないものすべて";
    handover: "Handover", "受け渡し";
    terminal: "Terminal", "端末";
    store: "Store", "店舗";
    since: "Since", "開始";
    heard: "Last heard", "最後の報告";
    waits: "Waits for", "待っているもの";
    tickets: "Tickets", "きっぷ";
    ticket: "Ticket", "きっぷ";
    giver: "From card", "渡すカード";
    receiver: "To card", "受け取るカード";
    order: "Order", "注文";
    parcel: "Parcel", "預かり";
    event: "Event", "公演";
    seat: "Seat", "席";
    place: "Believed to be", "あると思われる場所";
    generation: "Epoch / hop", "発行回 / 受け渡し回";
    card: "Card", "カード";
    paper: "Paper", "紙のきっぷ";
    // What for
    purchase: "Purchase or pick-up", "購入・受け取り";
    assignment: "To another card", "ほかのカードへ";
    to_paper: "To paper", "紙へ";
    parking: "To the platform", "センターへ預ける";
    // Waits
    waits_nothing: "Nothing: it has ended", "なし(終わりました)";
    waits_first: "Its terminal has not reported anything yet", "端末からまだ報告がありません";
    waits_answer: "Nobody knows yet whether this happened. The card has to be laid on its terminal again:", "行われたかどうか確認中です。このカードを端末にもう一度置いてください:";
    waits_clerk: "A clerk has to say whether the paper came out", "紙が出たかどうか、店員の答え";
    waits_receiver: "The tickets are in the terminal. It waits for the receiving card, or the card they came from", "きっぷは端末の中です。受け取るカード、または渡したカードを待っています";
    waits_take_over: "Its terminal let go of it. Any kiosk can go on, with one of the cards or the code", "端末は手放しました。どの端末でも、カードまたは番号で続けられます";
    // Story
    story: "What was reported", "報告されたこと";
    no_reports: "Nothing was reported yet.", "まだ報告がありません。";
    when: "When", "日時";
    step: "Step", "手順";
    outcome: "End", "結果";
    proof: "Card's proof", "カードの証明";
    proved: "The card proved it", "カードが証明しました";
    disproved: "The card's proof is wrong", "カードの証明が合いません";
    no_proof: "No proof came", "証明が届いていません";
    not_needed: "Not needed", "不要";
    late: "older than what was known; changed nothing", "すでに新しい報告があり、何も変えませんでした";
    received: "received", "受信";
    take: "Take from the card", "カードから取り出す";
    give: "Write to the card", "カードに書き込む";
    give_back: "Give back to the card", "カードに戻す";
    park: "Park at the platform", "センターに預ける";
    print: "Print on paper", "紙に印刷する";
    done: "Done", "完了";
    not_done: "Not done", "行われず";
    unknown: "Unknown", "確認中";
    left: "Left at the platform", "センターに残した";
    paper_void: "The paper did not come out; its number is void", "紙は出ず、その番号は無効";
    // Unproved
    unproved_intro: "Changes of cards that a terminal reported as done and the card did not prove. A wrong proof means that the terminal, or its report, cannot be trusted.",
        "端末が完了と報告し、カードが証明していない変更です。証明が合わない場合、その端末または報告は信頼できません。";
    no_unproved: "Every change that was reported was proved by its card.", "報告された変更は、すべてカードが証明しました。";
    // Holders
    at_platform: "At the platform", "センター";
    at_terminal: "In a terminal", "端末の中";
    on_card: "On card", "カード";
    on_paper: "Paper", "紙";
    not_known: "Unknown: on the card, or in the terminal", "確認中(カードか端末)";
    free_seating: "Free seating", "自由席";
    voucher: "Voucher", "引換券";
    membership: "Membership", "会員証";
    // Re-issue
    reissue_intro: "The new tickets get a higher epoch and wait at the platform. Everything older is worth nothing from then on.",
        "新しいきっぷは発行回が上がり、センターで待ちます。それより古いものは、その時から無効です。";
    what_ticket: "One ticket", "きっぷ1枚";
    what_card: "All tickets of a lost card", "なくしたカードのすべてのきっぷ";
    what_handover: "All tickets of a handover", "受け渡しのすべてのきっぷ";
    look: "Look at the consequences", "結果を見る";
    consequences: "What will happen", "再発行すると";
    no_tickets: "There is nothing to issue anew here: no ticket is believed to be there.", "再発行できるきっぷはありません。";
    con_tickets: "These tickets are issued anew; their old copies are worth nothing.", "次のきっぷを再発行します。古いものは無効になります。";
    con_gate: "Whoever holds an old copy will be refused at gates with a new list. A gate without it may admit it once.", "古いきっぷを持つ人は、新しい一覧のある入場口では入れません。一覧が届いていない入場口では、一度入れることがあります。";
    con_holder: "A holder whose report has not arrived would lose the ticket.", "報告がまだ届いていない持ち主は、きっぷを失います。";
    con_handovers: "These handovers end:", "次の受け渡しは終わります:";
    con_answer: "The platform can answer these open questions itself as soon as their terminal asks. Let it ask first if it can:", "次の確認は、端末が問い合わせればセンターが答えられます。できれば先に端末を動かしてください:";
    reason: "Reason", "理由";
    choose_reason: "Choose", "選んでください";
    lost_card: "The card is lost for good", "カードをなくした";
    destroyed: "The terminal is destroyed or written off", "端末が壊れた・除却された";
    nobody: "Nobody will ever answer whether it happened", "行われたかどうか、もう確かめられない";
    in_words: "In your words (goes into the journal)", "説明(記録に残ります)";
    confirm_reissue: "Issue anew", "再発行する";
    back: "Back, nothing is done", "やめる(何も変わりません)";
    reissued: "Issued anew", "再発行しました";
    wait_here: "The new tickets wait at the platform.", "新しいきっぷはセンターで待っています。";
    fresh_code: "Code to fetch them at any kiosk. Write it down now: it is not shown again.", "どの端末でも受け取れる番号です。いま書き留めてください。もう一度は表示されません。";
    code_gone: "The code was shown once and is not kept.", "番号は一度だけ表示されました。保存されていません。";
    by_order: "Fetched at a kiosk with the order's card; the store can name another card first.", "注文のカードで端末から受け取れます。カードは変えられます。";
    // Terminals
    role: "Use", "種類";
    kiosk: "Kiosk", "発券端末";
    gate: "Gate", "入場口";
    register: "Register", "レジ";
    journal: "Journal", "記録の番号";
    open_count: "Open", "未完了";
    local_keys: "Local keys", "端末の鍵";
    allowed: "Allowed", "許可";
    not_allowed: "Not allowed", "不許可";
    allow: "Allow", "許可する";
    forbid: "Forbid", "禁止する";
    keys_given: "given", "渡した日時";
    keys_file: "Keys file", "鍵ファイル";
    certificate: "Certificate", "証明書";
    until: "until", "期限";
    no_certificate: "none", "なし";
    shut_out: "Shut out", "接続禁止";
    enrolment_code: "Enrolment code", "登録コード";
    enrolment_note: "Good once. Whoever sets the terminal up types it there. It is not shown again.", "1回だけ使えます。端末を設置する人がそこで入力します。もう一度は表示されません。";
    good_until: "Good until", "有効期限";
    revoke: "Shut out", "接続を禁止する";
    revoke_words: "Why may somebody else have its key?", "なぜ鍵が他人に渡ったおそれがありますか";
    revoke_note: "Nothing it has opens the platform any more, on any node. A new enrolment code brings it back.", "この端末が持つものではセンターに接続できなくなります。新しい登録コードで元に戻せます。";
    write_off: "Write off", "除却する";
    put_back: "Put back into service", "使用を再開する";
    write_off_words: "Why is it gone for good?", "なぜ使えなくなりましたか";
    write_off_note: "Written off: gone for good. It is given nothing any more, and its handovers can be issued anew.", "除却すると、この端末には何も渡しません。その受け渡しのきっぷは再発行できます。";
    written_off: "Written off", "除却済み";
    in_service: "In service", "使用中";
    never: "never", "なし";
    no_terminals: "No terminal is enrolled.", "端末は登録されていません。";
    import: "Import reports from a stick", "USBメモリーの報告を読み込む";
    import_hint: "A file a kiosk without network has written.", "通信できない端末が書き出したファイルです。";
    file: "File", "ファイル";
    import_go: "Import", "読み込む";
    imported: "Imported", "読み込みました";
    imported_new: "new reports", "件の新しい報告";
    imported_known: "were known already", "件はすでに届いていました";
    imported_again: "Everything in this file was imported before. Nothing was changed.", "このファイルはすでに読み込まれています。何も変わっていません。";
    imported_refused: "Refused", "受け付けなかったもの";
    // People
    masters: "Masters", "マスター";
    accounts: "People", "利用者";
    find_account: "Number, name, use, store or card", "番号・名前・種類・店舗・カード";
    person_role: "Use", "種類";
    person_of: "Of", "所属";
    name: "Name", "名前";
    last_login: "Last login", "最後のログイン";
    open_sessions: "Logged in", "ログイン中";
    disabled: "Disabled", "停止中";
    role_operator: "Operator", "運営";
    role_organizer: "Organizer", "主催者";
    role_seller: "Seller", "販売者";
    role_clerk: "Clerk", "店員";
    role_venue: "Venue staff", "会場係員";
    role_member: "Member", "会員";
    enable: "Enable", "再開する";
    disable: "Disable", "停止する";
    disable_note: "They cannot log in any more and are logged out at once. What they did stays in the books; what they sold stays sold.",
        "ログインできなくなり、すぐにログアウトされます。これまでの記録と販売は残ります。";
    reset: "New password", "パスワードを作り直す";
    reset_note: "The password or PIN they have is worth nothing from then on, and they are logged out at once. The new one is shown once: give it to nobody but them.",
        "今のパスワード(PIN)は使えなくなり、すぐにログアウトされます。新しいものは一度だけ表示されます。本人だけに渡してください。";
    sessions_end: "Sessions that end:", "終わるログインの数:";
    member_cards: "Cards", "カード";
    member_cards_note: "The member sees the tickets of these cards. A card belongs to one member.", "この会員は、これらのカードのきっぷを見られます。カードは1人だけのものです。";
    save: "Save", "保存する";
    account_done: "done.", "完了しました。";
    fresh_secret: "Password or PIN. Write it down now: it is not shown again.", "パスワード(PIN)です。いま書き留めてください。もう一度は表示されません。";
    new_account: "New account", "新しい利用者";
    of_what: "Code of the store, organizer or seller, or name of the venue", "店舗・主催者・販売者のコード、または会場の名前";
    new_account_note: "Operators and members belong to none of them. Only members have cards.", "運営と会員には所属がありません。カードは会員だけです。";
    make_account: "Make the account", "作成する";
    // Audit
    audit: "Who did what", "操作の記録";
    audit_intro: "Logins and what people did, newest first. Rows are never changed or removed.", "ログインと操作の記録です。新しい順。変更も削除もされません。";
    find_act: "Person, act, number or word", "人・操作・番号・言葉";
    who: "Who", "だれ";
    act: "Act", "操作";
    act_subject: "What it was done to", "対象";
    act_note: "Words", "説明";
    older: "Older ones", "もっと古いもの";
    // Restore
    incarnation: "Life of the platform", "センターの世代";
    first_life: "This database was never restored from a backup. Nothing is missing.", "このデータは復元されていません。足りないものはありません。";
    restored_at: "Restored from a backup", "バックアップから復元";
    restore_note: "Until every kiosk has sent its records again or is written off, tickets sold before the restore are neither given out nor issued anew. Sales go on.",
        "すべての端末が記録を送り直すか除却されるまで、復元前に売れたきっぷは渡しも再発行もしません。販売は続きます。";
    all_resent: "Every kiosk has sent its records again.", "すべての端末が記録を送り直しました。";
    resent: "Sent again", "送り直し済み";
    not_resent: "Not yet", "まだ";
    due_count: "Kiosks still missing", "まだの端末";
    // Errors
    trouble: "This was not done", "できませんでした";
    trouble_unknown: "It is not known whether this was done", "行われたかどうか、わかりません";
    something_changed: "Something has changed since you looked. Nothing was done. Look again.", "確認した後に変わったことがあります。何もしていません。もう一度確認してください。";
    form_old: "The form is out of date. Nothing was done. Open the page again.", "ページが古くなっています。何もしていません。開き直してください。";
    next_step: "What to do", "つぎに";
    home: "To the first page", "最初のページへ";
}

/// A language the pages speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Wherever no other is preferred.
    English,
    /// Where the browser prefers it to English.
    Japanese,
}

/// The language the browser prefers.
pub(super) fn language(headers: &HeaderMap) -> Language {
    let wished = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let weight = |language: &str| {
        wished
            .split(',')
            .filter_map(|part| {
                let (tag, rest) = part.trim().split_once(';').unwrap_or((part.trim(), ""));
                let weight = rest.trim().strip_prefix("q=").unwrap_or("1");
                let primary = tag.split('-').next().unwrap_or_default();
                primary
                    .eq_ignore_ascii_case(language)
                    .then(|| weight.parse().unwrap_or(0.0))
            })
            .fold(0.0_f32, f32::max)
    };
    if weight("ja") > weight("en") {
        Language::Japanese
    } else {
        Language::English
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_chooses_the_language() {
        let lang = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, text.parse().unwrap());
            words(language(&headers)).lang
        };
        assert_eq!(lang("ja"), "ja");
        assert_eq!(lang("ja-JP,ja;q=0.9,en;q=0.8"), "ja");
        assert_eq!(lang("en-GB,en;q=0.9,ja;q=0.5"), "en");
        assert_eq!(lang("de, ja;q=0.3"), "ja");
        assert_eq!(lang("de"), "en");
        assert_eq!(words(language(&HeaderMap::new())).lang, "en");
    }
}
