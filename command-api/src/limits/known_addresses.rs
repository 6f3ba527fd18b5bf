//! Where each account has signed in from.

use std::future::IntoFuture as _;
use std::net::IpAddr;
use std::sync::Arc;

use event_log::{LogError, TIME_LIMIT, within};
use events::UserId;
use mongodb::bson::{Document, doc};
use mongodb::{Collection, Database};
use secrecy::{ExposeSecret as _, SecretBox};

use super::limiter::octets;
use super::schema;
use crate::tokens::hex_mac;

/// Pairs of an account and an address that it has signed in from, each kept for 90 days after the last time. The pair is
/// a HMAC: who reads the collection learns how many addresses an account has, and none of them.
#[derive(Clone)]
pub(super) struct KnownAddresses {
    collection: Collection<Document>,
    key: Arc<SecretBox<[u8; 32]>>,
}

impl KnownAddresses {
    pub fn new(database: &Database, key: [u8; 32]) -> Self {
        Self { collection: database.collection(schema::KNOWN_ADDRESSES), key: Arc::new(SecretBox::new(Box::new(key))) }
    }

    pub async fn remember(&self, user: UserId, ip: IpAddr) -> Result<(), LogError> {
        let seen = doc! { "$set": { "owner": user.to_string() }, "$currentDate": { "seen_at": true } };
        let call = self.collection.update_one(doc! { "_id": self.id(user, ip) }, seen).upsert(true);
        within(TIME_LIMIT, call.into_future()).await.map(drop)
    }

    pub async fn knows(&self, user: UserId, ip: IpAddr) -> Result<bool, LogError> {
        let find = self.collection.find_one(doc! { "_id": self.id(user, ip) });
        Ok(within(TIME_LIMIT, find.into_future()).await?.is_some())
    }

    /// Acknowledged by a majority, as all of this collection: what was forgotten does not come back by a failover.
    pub async fn forget(&self, user: UserId) -> Result<(), LogError> {
        let call = self.collection.delete_many(doc! { "owner": user.to_string() });
        within(TIME_LIMIT, call.into_future()).await.map(drop)
    }

    fn id(&self, user: UserId, ip: IpAddr) -> String {
        hex_mac(self.key.expose_secret(), &[user.uuid().as_bytes(), &octets(ip)])
    }
}
