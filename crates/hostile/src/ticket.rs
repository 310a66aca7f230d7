//! Tickets as they lie on cards and papers, and what people type or scan.

use kippu_ticket::{
    code::ResumeCode,
    ids::OperationId,
    paper::PaperTicket,
    record::{BoundTicket, SignedTicket, TicketBody},
    seat::SeatAddress,
};
use platform_center::sales::slip::Slip;

/// Records: what is accepted is written as it was read.
pub fn records(bytes: &[u8]) {
    if let Ok(ticket) = BoundTicket::from_bytes(bytes) {
        assert_eq!(ticket.to_bytes(), bytes);
    }
    if let Ok(paper) = PaperTicket::from_bytes(bytes) {
        assert_eq!(paper.to_bytes(), bytes);
    }
    beginning(bytes, SignedTicket::from_bytes, SignedTicket::to_bytes);
    beginning(bytes, TicketBody::from_bytes, TicketBody::to_bytes);
    beginning(bytes, SeatAddress::from_bytes, SeatAddress::to_bytes);
    let operation = |bytes: &[u8; OperationId::LEN]| OperationId::from_bytes(bytes).ok_or(());
    beginning(bytes, operation, |operation| operation.to_bytes());
}

/// The first bytes as a record of a fixed length.
fn beginning<const N: usize, T, E>(
    bytes: &[u8],
    read: impl Fn(&[u8; N]) -> Result<T, E>,
    write: impl Fn(&T) -> [u8; N],
) {
    if let Some((bytes, _)) = bytes.split_first_chunk()
        && let Ok(record) = read(bytes)
    {
        assert_eq!(&write(&record), bytes);
    }
}

/// Codes of papers and slips, from a scanner or from fingers: what is understood is understood again as it is shown.
pub fn typed_and_scanned(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(paper) = PaperTicket::from_code(&text) {
        assert_eq!(PaperTicket::from_code(&paper.to_code()), Ok(paper));
    }
    if let Ok(code) = text.parse::<ResumeCode>() {
        assert_eq!(code.to_string().parse(), Ok(code));
    }
    if let Some(slip) = Slip::parse(&text) {
        let shown = slip.to_string();
        assert_eq!(
            Slip::parse(&shown).map(|slip| slip.to_string()),
            Some(shown)
        );
    }
}
