//! Nobody moves any money: the answers are those that Stripe gives for its test cards.

use events::TransactionId;
use uuid::Uuid;

use super::{Agreed, Answer, Month, Outcome, Sale};
use crate::tokens::MacTokens;

/// Cards that pay, as Stripe's tests name them.
const PAYING: [&str; 12] = [
    "pm_card_visa",
    "pm_card_visa_debit",
    "pm_card_mastercard",
    "pm_card_mastercard_debit",
    "pm_card_mastercard_prepaid",
    "pm_card_amex",
    "pm_card_discover",
    "pm_card_diners",
    "pm_card_jcb",
    "pm_card_unionpay",
    "pm_card_fr",
    "pm_card_chargeCustomerFail",
];
/// Cards that don't, and why.
const DECLINED: [(&str, &str); 6] = [
    ("pm_card_chargeDeclined", "card_declined"),
    ("pm_card_visa_chargeDeclined", "card_declined"),
    ("pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds"),
    ("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds"),
    ("pm_card_chargeDeclinedExpiredCard", "expired_card"),
    ("pm_card_chargeDeclinedProcessingError", "processing_error"),
];
/// A card whose owner must be asked first.
const ASKED: &str = "pm_card_authenticationRequired";
/// A card that pays once, and no renewal.
const PAYS_ONCE: &str = "pm_card_chargeCustomerFail";

/// The card of who names none.
pub(crate) const USUAL_CARD: &str = "pm_card_visa";

/// See [`super::Provider::Simulated`].
#[derive(Clone)]
pub(crate) struct Simulated {
    secrets: MacTokens,
}

/// Whether there is such a card.
pub(super) fn knows(card: &str) -> bool {
    PAYING.contains(&card) || card == ASKED || DECLINED.iter().any(|(name, _)| *name == card)
}

/// Which payment bears this name.
pub(super) fn payment_named(payment_intent_id: &str) -> Option<TransactionId> {
    let id = Uuid::try_parse(payment_intent_id.strip_prefix("pi_")?).ok()?;
    (intent(id) == payment_intent_id).then(|| TransactionId::new(id))
}

/// The answer to who subscribes with this card.
pub(super) fn subscribe(month: &Month<'_>) -> Agreed {
    match outcome(month.card) {
        Outcome::Paid => Agreed::Yes(format!("sub_{}", month.id.uuid().simple())),
        // Nobody is there to be asked.
        Outcome::Asked(_) => Agreed::No("authentication_required".to_owned()),
        Outcome::Declined(code) => Agreed::No(code),
    }
}

/// Whether a further month is paid for with this card.
pub(super) fn renews(card: &str) -> bool {
    card != PAYS_ONCE && outcome(card) == Outcome::Paid
}

impl Simulated {
    pub(super) fn new(token_key: &[u8; 32]) -> Self {
        Self { secrets: MacTokens::new(token_key, b"secrets of simulated payments") }
    }

    pub(super) fn pay(&self, sale: &Sale<'_>) -> Answer {
        let payment_intent_id = intent(sale.id.uuid());
        let outcome = match outcome(sale.card) {
            Outcome::Asked(_) => Outcome::Asked(self.client_secret(sale.id, &payment_intent_id)),
            outcome @ (Outcome::Paid | Outcome::Declined(_)) => outcome,
        };
        Answer { payment_intent_id: Some(payment_intent_id), outcome }
    }

    fn client_secret(&self, id: TransactionId, payment_intent_id: &str) -> String {
        let secret = self.secrets.mint(&[id.uuid().as_bytes()]);
        format!("{payment_intent_id}_secret_{secret}")
    }
}

fn outcome(card: &str) -> Outcome {
    if card == ASKED {
        return Outcome::Asked(String::new());
    }
    let declined = DECLINED.iter().find(|(name, _)| *name == card);
    declined.map_or(Outcome::Paid, |(_, code)| Outcome::Declined((*code).to_owned()))
}

fn intent(id: Uuid) -> String {
    format!("pi_{}", id.simple())
}

#[cfg(test)]
mod tests {
    use events::{Currency, Money};

    use super::*;

    fn pay(id: TransactionId, card: &str) -> Answer {
        let amount = Money { minor: 4_990, currency: Currency::EUR };
        Simulated::new(&[1; 32]).pay(&Sale { id, amount, card })
    }

    #[test]
    fn cards_do_as_they_are_called() {
        let id = TransactionId::new(Uuid::now_v7());
        assert_eq!(pay(id, USUAL_CARD).outcome, Outcome::Paid);
        assert_eq!(pay(id, "pm_card_chargeDeclined").outcome, Outcome::Declined("card_declined".into()));
        assert_eq!(pay(id, "pm_card_visa_chargeDeclined"), pay(id, "pm_card_chargeDeclined"));
        let asked = pay(id, ASKED);
        let intent = asked.payment_intent_id.clone().unwrap();
        assert!(matches!(&asked.outcome, Outcome::Asked(secret) if secret.starts_with(&intent)));
        assert_eq!(pay(id, ASKED), asked, "asked again it answers the same");
        assert!(renews(USUAL_CARD) && !renews(PAYS_ONCE) && !knows("pm_card_none"));
    }

    #[test]
    fn a_payment_is_found_by_its_name() {
        let id = TransactionId::new(Uuid::now_v7());
        assert_eq!(payment_named(&pay(id, USUAL_CARD).payment_intent_id.unwrap()), Some(id));
        for name in ["", "pi_", "pi_x", &format!("pi_{id}"), &id.uuid().simple().to_string()] {
            assert_eq!(payment_named(name), None, "{name}");
        }
    }
}
