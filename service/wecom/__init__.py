"""WeCom (企业微信): the application, the bot, alerts to a group, and 微信客服."""
