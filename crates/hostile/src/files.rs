//! Files that come from elsewhere: bundles, stick files, seat plans.

use kippu_api::{
    stick::{self, Header, Kind, PlatformId},
    terminals::OfflineKeys,
};
use kippu_gate::bundle::{self, Bundle};
use kippu_seatplan::{Plan, import};
use kippu_ticket::{ids::TerminalId, sign::SigningKey};

const DEVICE_KEY: [u8; 32] = [7; 32];
const TERMINAL: TerminalId = TerminalId(11);

/// Bundles, sealed as they come, and what is in one.
pub fn bundles(bytes: &[u8]) {
    let platform = SigningKey::from_bytes(&[5; 32]);
    let opened = bundle::open(bytes, &platform.public(), &DEVICE_KEY, 0);
    assert!(opened.is_err(), "nobody has the platform's key");
    if let Ok(content) = postcard::from_bytes::<Bundle>(bytes) {
        let sealed = bundle::seal(&content, &platform, &DEVICE_KEY);
        let now = content.valid.0;
        let again = bundle::open(&sealed, &platform.public(), &DEVICE_KEY, now);
        assert!(content.valid.1 < now || again.is_ok());
    }
}

/// Stick files, sealed as they come, and the content of one that is.
pub fn stick_files(bytes: &[u8]) {
    let header = stick::peek(bytes);
    for kind in [Kind::Reports, Kind::Keys] {
        if let Ok(header) = &header {
            let opened = stick::open(bytes, kind, header.platform, header.terminal, &DEVICE_KEY);
            assert!(opened.is_err(), "nobody has the device's key");
        }
        let header = Header {
            kind,
            platform: PlatformId([3; 8]),
            terminal: TERMINAL,
            incarnation: "first".into(),
            rows: (0, 0),
        };
        let Ok(sealed) = stick::seal(&header, bytes, &DEVICE_KEY) else {
            continue;
        };
        let opened = stick::open(&sealed, kind, header.platform, TERMINAL, &DEVICE_KEY);
        assert_eq!(opened, Ok((header.clone(), bytes.to_vec())));
        let _ = stick::open_json::<stick::Reports>(
            &sealed,
            kind,
            header.platform,
            TERMINAL,
            &DEVICE_KEY,
        );
        let _ =
            stick::open_json::<OfflineKeys>(&sealed, kind, header.platform, TERMINAL, &DEVICE_KEY);
    }
}

/// Plans in our own form and in those of others: what is imported can be packed and unpacked.
pub fn seat_plans(bytes: &[u8]) {
    if let Ok(plan) = Plan::decode(bytes) {
        keeps(&plan);
    }
    for (plan, _) in [
        import::pretix::import(bytes),
        import::csv::import(bytes, "hall"),
    ]
    .into_iter()
    .flatten()
    {
        keeps(&plan);
    }
}

fn keeps(plan: &Plan) {
    let packed = plan.encode();
    assert_eq!(Plan::decode(&packed).as_ref(), Ok(plan));
}
