"""Framework x evidence x dossier at a date: findings, obligations, gates, and the whole trace."""
