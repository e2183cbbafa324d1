// The winner as one equation, and the register with its reset in the data path.
module merge_east (
    input  wire        clk, rst,
    input  wire        local__valid, through__valid, link__ready,
    input  wire [29:0] local__payload, through__payload,
    output wire        local__ready, through__ready, link__valid,
    output wire [29:0] link__payload
);
  reg first;
  wire through_wins = through__valid & (first | ~local__valid);
  wire any = local__valid | through__valid;
  assign link__valid = any;
  assign link__payload = through_wins ? through__payload : local__payload;
  assign through__ready = link__ready & through_wins;
  assign local__ready = link__ready & local__valid & ~through_wins;
  // After a transfer the other one, while stalled the same one.
  always @(posedge clk) first <= ~rst & (any ? through_wins ^ link__ready : first);
endmodule
