"""What a kiosk keeps: its record, the documents of its station, their media, and who may sign in."""
