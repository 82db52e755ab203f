"""The plant's centre: publishing, the API, the portal, quality review and reports."""
