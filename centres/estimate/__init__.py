"""How long people will wait: learned from this centre's own days, by playing the hall forward.

    records   what a past day leaves to learn from
    learn     from those: how long a call takes, how soon the next one follows, when counters are open, who comes
    hall      the hall as it stands now
    engine    many possible continuations at once, by the rules of ``centres.order``
    waits     the range for people who wait, and for somebody who would come now
    calibrate narrower or wider by what earlier ranges were worth

    words     a range as people read it

These know no database. ``seen`` and ``memory`` read it, ``now`` makes the forecast that every page shares, ``accuracy`` says
what earlier ranges were worth.
"""
