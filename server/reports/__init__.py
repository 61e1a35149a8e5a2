"""The read side: queries behind the boards, figures of the charts, exports. Only reads; never decides."""
