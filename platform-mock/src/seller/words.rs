//! What the sellers' pages say, in English and Japanese. What they share with the organizers' desk is there.

use crate::pages::words::table;

table! {
    no_events: "You have no seats of any event yet. The organizer gives them to you.", "まだ席がありません。主催者が席を割り当てます。";
    own_seats: "Your seats", "自社の席";
    offered: "Offered back", "返却申し出中";
    picture: "Seats on the picture", "座席図で見る";
    list: "Seats as a list", "席の一覧";
    by_type: "By seat type", "席種別";
    export: "Export", "書き出し";
    export_note: "In your own columns.", "自社の列の順で書き出します。";
    change_format: "Change the columns", "列を変える";
    as_json: "As JSON", "JSONで保存";
    import: "Compare a file", "ファイルと照合";
    // The list
    part: "Block", "ブロック";
    all_blocks: "All blocks", "すべてのブロック";
    none_in_block: "None of your seats is in this block.", "このブロックに自社の席はありません。";
    // Offering back
    offer: "Offer {n} seats back", "{n}席の返却を申し出る";
    offer_first: "Select unsold seats first", "先に未販売の席を選んでください";
    offer_intro: "Unsold seats you will not need. The organizer answers; until then nobody sells them.",
        "使わない未販売の席です。主催者が返事をするまで、その席はだれも販売できません。";
    offer_type: "Offer unsold seats back", "未販売の席を返却する";
    offer_type_note: "All seats of this type that are unsold at that moment. Until the organizer answers, nobody sells them.",
        "この席種で、その時点で売れていない席すべてです。主催者が返事をするまで、だれも販売できません。";
    offer_type_go: "Offer all unsold {class} seats back", "未販売の{class}席をすべて申し出る";
    note: "Note for the organizer", "主催者へのメモ";
    offered_done: "{n} seats are offered back. Nobody sells them until the organizer answers.", "{n}席の返却を申し出ました。主催者が返事をするまで、だれも販売できません。";
    not_yours: "not yours", "自社以外の席";
    legend: "Your seats", "自社の席";
    state_free: "unsold", "未販売";
    state_held: "held", "仮押さえ";
    state_sold: "sold", "販売済み";
    state_offered: "offered back", "返却申し出中";
    count_free: "Unsold", "未販売";
    count_fixed: "Held, sold or offered seats stay", "仮押さえ・販売済み・申し出中の席は選べません";
    typed_none: "None of these seats is yours and unsold.", "自社の未販売の席がありません。";
    // Returns
    returns_intro: "Seats you offered back, and seats the organizer called in.", "返却を申し出た席と、主催者が引き上げた席です。";
    no_returns: "You have not offered any seats back. Open an event, then select unsold seats on the picture or offer all of a seat type.",
        "返却の申し出はありません。公演を開き、座席図で席を選ぶか、席種ごとに申し出てください。";
    waiting: "Waiting for the organizer", "主催者の返事待ち";
    history: "Before", "これまで";
    asked: "Offered", "申し出";
    decided: "Decided", "返事";
    outcome: "Outcome", "結果";
    note_short: "Note", "メモ";
    withdraw: "Withdraw", "取り下げる";
    withdraw_note: "The seats are on sale again at once.", "席はすぐに販売できるようになります。";
    accepted: "The organizer took them", "主催者が引き取り";
    declined: "Declined: they stay yours", "断られました(席は残ります)";
    withdrawn: "Withdrawn: they stay yours", "取り下げ(席は残ります)";
    called_in: "Called in by the organizer", "主催者が引き上げ";
    done_withdrawn: "Withdrawn: {n} seats are on sale again.", "取り下げました。{n}席は販売できます。";
    // Columns
    format_intro: "What your own system wants in a file of your stock, and what it calls it. The same columns are read when you compare a file.",
        "自社のシステムに合わせた列と名前です。照合するファイルも同じ列で読みます。";
    separator: "Between columns", "区切り";
    comma: "Comma", "カンマ";
    semicolon: "Semicolon", "セミコロン";
    tab: "Tab", "タブ";
    column_number: "Column {n}", "{n}列目";
    header: "Its name in your files", "自社での名前";
    not_used: "(not used)", "(使わない)";
    format_save: "Save the columns", "列を保存する";
    format_saved: "Saved. Exports and comparisons use these columns from now on.", "保存しました。書き出しと照合に使います。";
    format_example: "The first lines of a file", "ファイルの最初の行";
    col_event: "Number of the event", "公演番号";
    col_event_name: "Title of the event", "公演名";
    col_starts: "Start", "開演";
    col_venue: "Venue", "会場";
    col_floor: "Storey", "階";
    col_block: "Code of the block", "ブロック記号";
    col_block_name: "Name of the block", "ブロック名";
    col_row: "Row", "列番";
    col_number: "Seat number", "席番";
    col_class: "Seat type", "席種";
    col_price: "Price", "価格";
    col_currency: "Currency", "通貨";
    col_state: "State: free, held, offered, sold", "状態(free・held・offered・sold)";
    // Comparing
    compare_intro: "A file in your columns. It is compared with your stock and nothing is changed. In the column of the state, write return for seats you want to offer back.",
        "自社の列のファイルを在庫と照合します。何も変わりません。返却したい席は、状態の列に return と書いてください。";
    compare: "Compare", "照合する";
    report: "What differs", "照合の結果";
    no_difference: "The file and your stock say the same about all {n} seats.", "ファイルと在庫は{n}席すべて一致しています。";
    lines_read: "{n} lines were read. Nothing was changed.", "{n}行を読みました。何も変えていません。";
    r_not_yours: "In the file, and not yours", "ファイルにあるが自社の席でない";
    r_missing: "Yours, and not in the file", "自社の席だがファイルにない";
    r_unknown: "Seats that this hall does not have", "この会場にない席";
    r_twice: "Seats that are named twice", "二度書かれた席";
    r_state: "The file says {said}, here they are {is}", "ファイルでは{said}、実際は{is}";
    r_unreadable: "Lines that cannot be read", "読めない行";
    r_other_event: "Lines about another event", "ほかの公演の行";
    r_line: "Line {n}", "{n}行目";
    r_more: "and {n} more", "ほか{n}件";
    r_return: "Marked to be offered back", "返却の印がある席";
    r_return_go: "Offer these {n} seats back", "この{n}席の返却を申し出る";
    r_return_fixed: "{n} of the marked seats are not unsold and yours; they cannot be offered back.", "印のある席のうち{n}席は、未販売の自社の席ではないため返却できません。";
    count: "Seats", "席数";
    which: "Which", "席";
    // Members
    members: "Members", "会員";
    members_intro: "Who may buy on account with you: a number of yours and the membership card, never a name.", "後払いで買える会員です。自社の会員番号と会員証だけで、名前は持ちません。";
    no_members: "You have no members yet. Add the first one below.", "会員はまだいません。下で登録してください。";
    member_number: "Member number", "会員番号";
    member_card: "Membership card", "会員証";
    credit_limit: "May owe", "限度額";
    balance: "Owes", "残高";
    since: "Since", "登録";
    active: "May buy", "利用可";
    suspended: "Blocked", "停止中";
    block: "Block", "停止する";
    unblock: "Unblock", "再開する";
    new_member: "New member", "新しい会員";
    add_member: "Add the member", "登録する";
    more_members: "More members", "続き";
    credit_limit_of: "May owe at most, in the smallest unit of the currency", "限度額(通貨の最小単位)";
    currency: "Currency", "通貨";
}
