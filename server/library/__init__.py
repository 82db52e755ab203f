"""What is published: releases, their media, and which station must hold which."""
