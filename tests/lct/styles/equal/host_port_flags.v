// The notice as a case for what comes next, everything else in equations.
module host_port (
    input clk, rst, frame__valid, entering__ready, leaving__valid, answer__ready, stepping, done,
    input [36:0] frame__payload, input [35:0] leaving__payload,
    output frame__ready, entering__valid, leaving__ready, answer__valid, step,
    output [35:0] entering__payload, output [36:0] answer__payload
);
  localparam NONE = 2'd0, OWED = 2'd1, OFFERED = 2'd2;
  reg [1:0] notice;
  wire tick = frame__payload[36];
  wire telling = notice == OFFERED;
  assign step = frame__valid & tick & ~stepping & notice == NONE;
  assign entering__valid = frame__valid & ~tick;
  assign entering__payload = frame__payload[35:0];
  assign frame__ready = step | (entering__valid & entering__ready);
  assign answer__valid = telling | leaving__valid;
  assign answer__payload = telling ? {1'b1, 36'd0} : {1'b0, leaving__payload};
  assign leaving__ready = ~telling & leaving__valid & answer__ready;
  always @(posedge clk)
    if (rst) notice <= NONE;
    else
      case (notice)
        NONE: if (done) notice <= OWED;
        OWED: if (answer__ready | ~leaving__valid) notice <= OFFERED;
        OFFERED: if (answer__ready) notice <= NONE;
      endcase
endmodule
