//! Events kept decoded in memory: a plan of 39,417 seats is not read anew for every request.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use kippu_ticket::ids::EventId;

use super::rules::EventFacts;
use crate::{
    refusal::{Answer, Refusal},
    storage::Storage,
};

/// The events seen so far, as they were then.
#[derive(Default)]
pub struct Catalogue(RwLock<HashMap<EventId, Arc<EventFacts>>>);

impl Catalogue {
    /// The facts of an event. Whoever changed it, and on whatever node: its revision says that what is remembered is old.
    ///
    /// # Errors
    /// 404 when there is no such event.
    pub async fn event(&self, storage: &dyn Storage, event: EventId) -> Answer<Arc<EventFacts>> {
        let revision = storage.event_revision(event).await?;
        let revision = revision.ok_or_else(|| Refusal::not_found("event"))?;
        self.of_revision(storage, event, revision).await
    }

    /// The facts of all events, in order of their start. One question says which of them are old.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn events(&self, storage: &dyn Storage) -> Answer<Vec<Arc<EventFacts>>> {
        let mut events = Vec::new();
        for (event, revision) in storage.event_revisions().await? {
            events.push(self.of_revision(storage, event, revision).await?);
        }
        Ok(events)
    }

    async fn of_revision(
        &self,
        storage: &dyn Storage,
        event: EventId,
        revision: u32,
    ) -> Answer<Arc<EventFacts>> {
        if let Some(facts) = self.known(event)
            && facts.revision == revision
        {
            return Ok(facts);
        }
        let facts = Arc::new(
            storage
                .event_facts(event)
                .await?
                .ok_or_else(|| Refusal::not_found("event"))?,
        );
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(event, Arc::clone(&facts));
        Ok(facts)
    }

    fn known(&self, event: EventId) -> Option<Arc<EventFacts>> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&event)
            .cloned()
    }
}
