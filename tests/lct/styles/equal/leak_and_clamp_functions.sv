// A function that clamps, one for the leak, a struct for what goes on.
module leak_and_clamp (
    input  logic         clk, rst,
    input  logic         integrated__valid,
    input  logic [157:0] integrated__payload,
    output logic         integrated__ready,
    output logic         leaked__valid,
    output logic [118:0] leaked__payload,
    input  logic         leaked__ready
);
  localparam signed [21:0] LIMIT = 22'sd393216;

  logic full;
  logic signed [19:0] potential;
  logic [98:0] after;

  logic signed [19:0] V;
  logic signed [8:0] lambda;
  logic stochastic, reversal, leaks;
  logic [7:0] draw;
  logic [8:0] size;
  logic [18:0] level, floor;
  logic signed [21:0] amount, moved;

  function automatic logic signed [19:0] clamped(input logic signed [21:0] v);
    if (v > LIMIT) return 20'(LIMIT);
    if (v < -LIMIT) return 20'(-LIMIT);
    return v[19:0];
  endfunction

  assign V = integrated__payload[19:0];
  assign lambda = integrated__payload[28:20];
  assign {reversal, stochastic} = integrated__payload[30:29];
  assign draw = integrated__payload[38:31];
  assign size = lambda < 0 ? 9'(-lambda) : 9'(lambda);
  assign leaks = !stochastic || size >= 9'(draw);

  always_comb begin
    amount = lambda;
    if (stochastic) amount = lambda > 0 ? 22'sd1 : lambda < 0 ? -22'sd1 : 22'sd0;
    if (reversal && V < 0) amount = -amount;
    if (reversal && V == 0) amount = 0;
    if (!leaks) amount = 0;
    moved = V + amount;
    // A convergent leak stops at zero.
    if (reversal && ((V > 0 && moved < 0) || (V < 0 && moved > 0))) moved = 0;
  end

  assign level = 19'(integrated__payload[64:47]) + 19'(integrated__payload[127:111]);
  assign floor = 19'(integrated__payload[82:65])
               + (integrated__payload[110] ? 19'd0 : 19'(integrated__payload[127:111]));

  assign integrated__ready = !full || leaked__ready;
  assign leaked__valid = full;
  assign leaked__payload = {after, potential};

  always_ff @(posedge clk) begin
    if (integrated__ready) full <= integrated__valid;
    if (integrated__ready && integrated__valid) begin
      potential <= clamped(moved);
      after <= {integrated__payload[157:128], integrated__payload[110:88], floor, level,
                integrated__payload[46:39]};
    end
    if (rst) begin
      full <= 1'b0;
      potential <= '0;
      after <= '0;
    end
  end
endmodule
