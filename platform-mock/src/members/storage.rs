//! Members as commands and questions.

use async_trait::async_trait;
use kippu_api::members::{
    CreditQuestion, CreditStanding, Member, MemberChange, MemberStatement, NewMember, Settlement,
};
use kippu_ticket::ids::SellerId;

use super::{booking, charging::check_present, record, rules::standing};
use crate::{
    audit::Actor,
    masters::rules::Terminal,
    people::rules::Person,
    refusal::Answer,
    storage::{
        Database,
        idempotency::{RequestKey, once},
        sql::Sql,
    },
};

/// Members.
#[async_trait]
pub trait MemberStorage: Send + Sync {
    /// A seller's members by number, after one.
    async fn members(&self, seller: SellerId, after: String) -> Answer<Vec<Member>>;
    /// A seller's member with the account's rows.
    async fn member(&self, seller: SellerId, number: String) -> Answer<MemberStatement>;
    /// Registers a member.
    async fn register_member(
        &self,
        key: RequestKey,
        actor: Actor,
        seller: SellerId,
        new: NewMember,
    ) -> Answer<Member>;
    /// Changes a member's card, limit or state.
    async fn change_member(
        &self,
        key: RequestKey,
        actor: Actor,
        member: (SellerId, String),
        change: MemberChange,
    ) -> Answer<Member>;
    /// Books what a member paid.
    async fn settle(
        &self,
        key: RequestKey,
        by: Person,
        member: (SellerId, String),
        paid: Settlement,
    ) -> Answer<MemberStatement>;
    /// How the holder of a card that a terminal has read stands towards the terminal's seller at `now`, UTC microseconds.
    async fn credit(
        &self,
        terminal: Terminal,
        question: CreditQuestion,
        now: i64,
    ) -> Answer<CreditStanding>;
}

#[async_trait]
impl MemberStorage for Database {
    async fn members(&self, seller: SellerId, after: String) -> Answer<Vec<Member>> {
        self.read(move |sql| record::list(sql, seller, &after))
            .await
    }

    async fn member(&self, seller: SellerId, number: String) -> Answer<MemberStatement> {
        self.read(move |sql| statement(sql, seller, &number)).await
    }

    async fn register_member(
        &self,
        key: RequestKey,
        actor: Actor,
        seller: SellerId,
        new: NewMember,
    ) -> Answer<Member> {
        self.write(move |unit| {
            once(unit, &key, |unit| {
                booking::register(unit, &actor, seller, &new)
            })?;
            Ok(record::by_number(unit.sql, seller, &new.number)?.member)
        })
        .await
    }

    async fn change_member(
        &self,
        key: RequestKey,
        actor: Actor,
        (seller, number): (SellerId, String),
        change: MemberChange,
    ) -> Answer<Member> {
        self.write(move |unit| {
            once(unit, &key, |unit| {
                booking::change(unit, &actor, (seller, &number), &change)
            })?;
            Ok(record::by_number(unit.sql, seller, &number)?.member)
        })
        .await
    }

    async fn settle(
        &self,
        key: RequestKey,
        by: Person,
        (seller, number): (SellerId, String),
        paid: Settlement,
    ) -> Answer<MemberStatement> {
        self.write(move |unit| {
            once(unit, &key, |unit| {
                booking::settle(unit, &by, (seller, &number), &paid)
            })?;
            statement(unit.sql, seller, &number)
        })
        .await
    }

    async fn credit(
        &self,
        terminal: Terminal,
        question: CreditQuestion,
        now: i64,
    ) -> Answer<CreditStanding> {
        self.read(move |sql| {
            check_present(sql, &terminal, question.card, now)?;
            let member = record::by_card(sql, terminal.shop()?.seller, question.card)?;
            Ok(member.map_or(CreditStanding::NoMember, |member| {
                standing(&member.account(), question.amount, &question.currency)
            }))
        })
        .await
    }
}

fn statement(sql: &Sql, seller: SellerId, number: &str) -> Answer<MemberStatement> {
    let known = record::by_number(sql, seller, number)?;
    Ok(MemberStatement {
        postings: record::postings(sql, known.id)?,
        member: known.member,
    })
}
