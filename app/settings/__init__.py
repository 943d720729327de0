"""What a person has set, kept between starts: preferences, recent files, shortcuts."""
