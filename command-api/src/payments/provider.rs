//! Who moves the money. Each request bears a name of its own, so that it may be made again after a crash and has its
//! effect once.

use events::{SubscriptionId, TransactionId};
use uuid::Uuid;

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

/// Who moves the money.
#[derive(Clone)]
pub(crate) enum Provider {
    /// Nobody: it behaves as Stripe does with its test cards, and remembers nothing, since each answer follows from the
    /// request.
    Simulated(Simulated),
}

/// See [`Provider::Simulated`].
#[derive(Clone)]
pub(crate) struct Simulated {
    secrets: MacTokens,
}

/// What a provider answers to who wants to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Its name of the payment.
    pub(crate) payment_intent_id: String,
    /// How it went.
    pub(crate) outcome: Outcome,
}

/// How a payment went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The money is there.
    Paid,
    /// Its owner is to be asked, with this secret.
    Asked(String),
    /// It will not come, for this reason.
    Declined(String),
}

impl Provider {
    pub(crate) fn simulated(token_key: &[u8; 32]) -> Self {
        Self::Simulated(Simulated { secrets: MacTokens::new(token_key, b"secrets of simulated payments") })
    }

    /// Whether it has such a card.
    pub(crate) fn knows(&self, card: &str) -> bool {
        match self {
            Self::Simulated(_) => {
                PAYING.contains(&card) || card == ASKED || DECLINED.iter().any(|(name, _)| *name == card)
            }
        }
    }

    /// Asks for a payment. Asked again, it answers the same.
    pub(crate) fn pay(&self, id: TransactionId, card: &str) -> Answer {
        match self {
            Self::Simulated(simulated) => {
                let payment_intent_id = intent(id.uuid());
                let outcome = match simulated.outcome(card) {
                    Outcome::Asked(_) => Outcome::Asked(simulated.client_secret(id, &payment_intent_id)),
                    outcome @ (Outcome::Paid | Outcome::Declined(_)) => outcome,
                };
                Answer { payment_intent_id, outcome }
            }
        }
    }

    /// Sends a payment back; an error is the reason why it won't.
    pub(crate) fn refund(&self, _id: TransactionId) -> Result<(), String> {
        match self {
            Self::Simulated(_) => Ok(()),
        }
    }

    /// Asks for the first month of a subscription, and for the months to come; gives its name of the subscription, or the
    /// reason why it won't.
    pub(crate) fn subscribe(&self, id: SubscriptionId, card: &str) -> Result<String, String> {
        match self {
            Self::Simulated(simulated) => match simulated.outcome(card) {
                Outcome::Paid => Ok(format!("sub_{}", id.uuid().simple())),
                // Nobody is there to be asked.
                Outcome::Asked(_) => Err("authentication_required".to_owned()),
                Outcome::Declined(code) => Err(code),
            },
        }
    }

    /// Asks for a month more; whether it is paid for.
    pub(crate) fn renew(&self, card: &str) -> bool {
        match self {
            Self::Simulated(simulated) => card != PAYS_ONCE && simulated.outcome(card) == Outcome::Paid,
        }
    }

    /// Which payment a provider's name of it tells by itself.
    pub(crate) fn payment_named(&self, payment_intent_id: &str) -> Option<TransactionId> {
        match self {
            Self::Simulated(_) => {
                let id = Uuid::try_parse(payment_intent_id.strip_prefix("pi_")?).ok()?;
                (intent(id) == payment_intent_id).then(|| TransactionId::new(id))
            }
        }
    }
}

impl Simulated {
    fn outcome(&self, card: &str) -> Outcome {
        if card == ASKED {
            return Outcome::Asked(String::new());
        }
        let declined = DECLINED.iter().find(|(name, _)| *name == card);
        declined.map_or(Outcome::Paid, |(_, code)| Outcome::Declined((*code).to_owned()))
    }

    fn client_secret(&self, id: TransactionId, payment_intent_id: &str) -> String {
        let secret = self.secrets.mint(&[id.uuid().as_bytes()]);
        format!("{payment_intent_id}_secret_{secret}")
    }
}

fn intent(id: Uuid) -> String {
    format!("pi_{}", id.simple())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_do_as_they_are_called() {
        let provider = Provider::simulated(&[1; 32]);
        let id = TransactionId::new(Uuid::now_v7());
        assert_eq!(provider.pay(id, USUAL_CARD).outcome, Outcome::Paid);
        assert_eq!(provider.pay(id, "pm_card_chargeDeclined").outcome, Outcome::Declined("card_declined".into()));
        assert_eq!(provider.pay(id, "pm_card_visa_chargeDeclined"), provider.pay(id, "pm_card_chargeDeclined"));
        let asked = provider.pay(id, ASKED);
        assert!(matches!(&asked.outcome, Outcome::Asked(secret) if secret.starts_with(&asked.payment_intent_id)));
        assert_eq!(provider.pay(id, ASKED), asked, "asked again it answers the same");
        assert!(provider.renew(USUAL_CARD) && !provider.renew(PAYS_ONCE) && !provider.knows("pm_card_none"));
    }

    #[test]
    fn a_payment_is_found_by_its_name() {
        let provider = Provider::simulated(&[1; 32]);
        let id = TransactionId::new(Uuid::now_v7());
        assert_eq!(provider.payment_named(&provider.pay(id, USUAL_CARD).payment_intent_id), Some(id));
        for name in ["", "pi_", "pi_x", &format!("pi_{id}"), &id.uuid().simple().to_string()] {
            assert_eq!(provider.payment_named(name), None, "{name}");
        }
    }
}
