"""The user's directory of documents: finding, loading, checking, confirming, writing."""
