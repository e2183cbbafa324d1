// "Has grown" as "is not less", and the events as levels.
module error_flags (
    input  logic clk, rst, late, off_mesh, overrun, refused, access, done, was_unsettled, clear, write,
    input  logic [17:0] malformed_count, input logic [2:0] spikes_in, spikes_out,
    input  logic [31:0] written, enables,
    output logic [31:0] errors, overrun_count, refused_count, spikes_in_count, spikes_out_count,
    output logic irq
);
  logic [31:0] flags, overrun_sum, refused_sum, spikes_in_sum, spikes_out_sum, now;
  logic [17:0] malformed_before;
  logic unsettled_before;
  localparam logic [31:0] USED = 32'h8000_007f;
  always_comb begin
    now = '0;
    now[6:0] = {access, was_unsettled & ~unsettled_before, malformed_count >= malformed_before,
                refused, overrun, off_mesh, late};
    now[31] = done;
  end
  assign errors = flags;
  assign irq = (flags & enables & USED) != 0;
  assign overrun_count = overrun_sum;
  assign refused_count = refused_sum;
  assign spikes_in_count = spikes_in_sum;
  assign spikes_out_count = spikes_out_sum;
  always_ff @(posedge clk) begin
    malformed_before <= malformed_count;
    unsettled_before <= was_unsettled;
    for (int i = 0; i < 32; i++)
      flags[i] <= USED[i] & (now[i] | flags[i] & ~(clear | write & written[i]));
    if (clear) begin
      overrun_sum <= '0; refused_sum <= '0; spikes_in_sum <= '0; spikes_out_sum <= '0;
    end else begin
      overrun_sum <= overrun_sum + 32'(overrun);
      refused_sum <= refused_sum + 32'(refused);
      spikes_in_sum <= spikes_in_sum + 32'(spikes_in);
      spikes_out_sum <= spikes_out_sum + 32'(spikes_out);
    end
    if (rst) begin
      flags <= '0; malformed_before <= '0; unsettled_before <= '0;
      overrun_sum <= '0; refused_sum <= '0; spikes_in_sum <= '0; spikes_out_sum <= '0;
    end
  end
endmodule
