// Fields by part selects; the packet as one concatenation.
module spike_sender (
    input             clk, rst,
    input             fired__valid,
    input      [30:0] fired__payload,
    output            fired__ready,
    output            packet__valid,
    output     [29:0] packet__payload,
    input             packet__ready,
    input       [3:0] slot,
    output            busy
);
  reg full;
  reg [29:0] held;
  wire spike = fired__payload[0];
  wire [8:0] dx = fired__payload[9:1];
  wire [8:0] dy = fired__payload[18:10];
  wire [7:0] axon = fired__payload[26:19];
  wire [3:0] delay = fired__payload[30:27];
  wire [3:0] when = slot + delay;
  wire send = fired__valid & fired__ready & spike & (delay != 4'd0);
  assign fired__ready = ~full | packet__ready;
  assign packet__valid = full;
  assign packet__payload = held;
  assign busy = full;
  always @(posedge clk)
    if (rst) begin
      full <= 1'b0;
      held <= 30'd0;
    end else begin
      if (fired__ready) full <= send;
      if (send) held <= {axon, when, dy, dx};
    end
endmodule
