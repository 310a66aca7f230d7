//! The platform as the register's flow asks it.

use kippu_api::{
    clerk::{Confirm, Login},
    client::Client,
    refunds::FindRefund,
};
use tokio::runtime::Handle;

use super::{mailbox::Mailbox, platform::fault};
use crate::flows::{
    kiosk::input::AskFault,
    register::effect::{Answer, Ask, Effect, Input},
};

/// Asks the platform for the register's flow; every answer goes to the mailbox.
pub struct RegisterActor {
    runtime: Handle,
    client: Client,
    store: String,
    mailbox: Mailbox<Input>,
}

impl RegisterActor {
    /// An actor on a runtime, for the terminal of a store.
    pub fn new(runtime: Handle, client: Client, store: String, mailbox: Mailbox<Input>) -> Self {
        Self {
            runtime,
            client,
            store,
            mailbox,
        }
    }

    /// Asks; returns at once.
    pub fn ask(&self, effect: Effect) {
        let (client, store, mailbox) = (
            self.client.clone(),
            self.store.clone(),
            self.mailbox.clone(),
        );
        self.runtime.spawn(async move {
            let answer = answer(&client, store, effect.ask).await;
            mailbox.send(Input::Platform {
                no: effect.no,
                answer,
            });
        });
    }
}

async fn answer(client: &Client, store: String, ask: Ask) -> Result<Answer, AskFault> {
    match ask {
        Ask::LogIn { clerk, pin } => client
            .login(&Login { store, clerk, pin })
            .await
            .map(Answer::LoggedIn)
            .map_err(fault),
        Ask::LogOut { token } => client
            .with_token(&token)
            .logout()
            .await
            .map(|()| Answer::LoggedOut)
            .map_err(fault),
        Ask::Slips { token } => client
            .with_token(&token)
            .slips()
            .await
            .map(Answer::Slips)
            .map_err(fault),
        Ask::Slip { token, number } => {
            let order = client
                .with_token(&token)
                .clerk_slip(&number)
                .await
                .map_err(fault)?;
            Ok(Answer::Slip(Box::new(order)))
        }
        Ask::Confirm {
            token,
            number,
            amount,
            currency,
            key,
        } => {
            let sum = Confirm { amount, currency };
            let done = client
                .with_token(&token)
                .confirm_slip(&number, &sum, &key.into())
                .await
                .map_err(fault)?;
            Ok(Answer::Confirmed(done.outcome, Box::new(done.order)))
        }
        Ask::Refunds { token, code } => client
            .with_token(&token)
            .find_refunds(&FindRefund { code })
            .await
            .map(Answer::Refunds)
            .map_err(fault),
        Ask::Tills { token } => client
            .with_token(&token)
            .tills()
            .await
            .map(Answer::Tills)
            .map_err(fault),
        Ask::CloseTill { token, wish, key } => client
            .with_token(&token)
            .close_till(&wish, &key.into())
            .await
            .map(Answer::TillClosed)
            .map_err(fault),
        Ask::PayOut {
            token,
            refund,
            amount,
            currency,
            key,
        } => {
            let sum = Confirm { amount, currency };
            let paid = client
                .with_token(&token)
                .pay_out(&refund, &sum, &key.into())
                .await
                .map_err(fault)?;
            Ok(Answer::PaidOut(Box::new(paid)))
        }
    }
}
