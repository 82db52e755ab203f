"""The panel: a window with large buttons that play the devices of a bench, beside a real kiosk in a window."""
