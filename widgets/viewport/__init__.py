"""The central view: pictures with their labels, looked at through the dataset camera or freely."""
