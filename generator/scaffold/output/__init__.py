"""What commands say: reports for people, on a terminal or as text, and JSON for programs."""
