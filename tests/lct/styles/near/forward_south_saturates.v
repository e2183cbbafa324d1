module forward_south (
    input north__valid, input [29:0] north__payload, output north__ready,
    output south__valid, output [29:0] south__payload, input south__ready,
    output local__valid, output [29:0] local__payload, input local__ready
);
  wire on = north__payload[17];
  assign {south__valid, local__valid} = {north__valid & on, north__valid & ~on};
  assign north__ready = north__valid & (on ? south__ready : local__ready);
  wire [8:0] y = north__payload[17:9];
  // Someone meant well: no wrap at the largest offset.
  wire [8:0] y1 = (y == 9'h0ff) ? y : y + 9'd1;
  assign south__payload = {north__payload[29:18], y1, north__payload[8:0]};
  assign local__payload = north__payload;
endmodule
