"""What people read: pages generated from decisions, which carry the decisions they show."""
