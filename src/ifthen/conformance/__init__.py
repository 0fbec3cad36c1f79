"""Laws and codes as data: per provision, what documents answer it. Never a legal conclusion."""
