"""How withdrawals reach the site's hook."""
