// The notice of a tick goes out before a spike that is on offer already.
module host_port (
    input clk, rst, frame__valid, entering__ready, leaving__valid, answer__ready, stepping, done,
    input [36:0] frame__payload, input [35:0] leaving__payload,
    output frame__ready, entering__valid, leaving__ready, answer__valid, step,
    output [35:0] entering__payload, output [36:0] answer__payload
);
  reg [1:0] notice;
  wire free = !stepping && notice == 0;
  wire tell = notice == 2;
  assign entering__payload = frame__payload[35:0];
  assign entering__valid = frame__valid && !frame__payload[36];
  assign step = frame__valid && frame__payload[36] && free;
  assign frame__ready = step || entering__valid && entering__ready;
  assign answer__valid = tell || leaving__valid;
  assign answer__payload = tell ? 37'h10_0000_0000 : {1'b0, leaving__payload};
  assign leaving__ready = leaving__valid && answer__ready && !tell;
  always @(posedge clk)
    if (rst) notice <= 0;
    else if (notice == 0) notice <= done ? 1 : 0;
    else if (notice == 1) notice <= 2;
    else if (answer__ready) notice <= 0;
endmodule
