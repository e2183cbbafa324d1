// The clamp at one less than the limit below zero, as two's complement would have it upside down.
module leak_and_clamp (
    input clk, rst, integrated__valid, leaked__ready, input [157:0] integrated__payload,
    output integrated__ready, leaked__valid, output [118:0] leaked__payload
);
  localparam signed [21:0] TOP = 393216, BOTTOM = -393215;
  reg full;
  reg signed [19:0] potential;
  reg [98:0] after;
  wire signed [19:0] V = integrated__payload[19:0];
  wire signed [8:0] L = integrated__payload[28:20];
  wire stochastic = integrated__payload[29], reversal = integrated__payload[30];
  wire [8:0] size = L[8] ? -L : L;
  wire go = !stochastic || size >= integrated__payload[38:31];
  wire signed [9:0] unit = L[8] ? -10'sd1 : L == 0 ? 10'sd0 : 10'sd1;
  wire signed [9:0] step = stochastic ? unit : L;
  wire signed [9:0] a = !go || (reversal && V == 0) ? 10'sd0 : reversal && V[19] ? -step : step;
  wire signed [21:0] sum = V + a;
  wire signed [21:0] stop = reversal && V != 0 && sum != 0 && sum[21] != V[19] ? 22'sd0 : sum;
  wire [16:0] eta = integrated__payload[127:111];
  wire [18:0] level = integrated__payload[64:47] + eta;
  wire [18:0] floor = integrated__payload[82:65] + (integrated__payload[110] ? 17'd0 : eta);
  assign integrated__ready = !full | leaked__ready, leaked__valid = full;
  assign leaked__payload = {after, potential};
  always @(posedge clk)
    if (rst) begin full <= 0; potential <= 0; after <= 0; end
    else if (integrated__ready) begin
      full <= integrated__valid;
      if (integrated__valid) begin
        potential <= stop > TOP ? TOP : stop < BOTTOM ? BOTTOM : stop;
        after <= {integrated__payload[157:128], integrated__payload[110:88], floor, level,
                  integrated__payload[46:39]};
      end
    end
endmodule
