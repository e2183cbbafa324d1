// Gray code, a struct of state and data, a function from old to new.
module tick_controller (
    input  logic        clk, rst, start, retire, sending, clearing,
    input  logic [3:0]  next_slot,
    input  logic [7:0]  neuron,
    output logic        load, running, busy,
    output logic [3:0]  slot,
    output logic [15:0] overrun
);
  localparam logic [1:0] G_CLEAR = 2'b00, G_IDLE = 2'b01, G_RUN = 2'b11, G_DRAIN = 2'b10;
  logic [1:0] gray;
  logic [3:0] at;
  logic [15:0] count;

  function automatic logic [1:0] follow(logic [1:0] from, logic go, logic last, logic wait_,
                                        logic clr);
    case (from)
      G_CLEAR: return clr ? G_CLEAR : G_IDLE;
      G_IDLE: return go ? G_RUN : G_IDLE;
      G_RUN: return last ? G_DRAIN : G_RUN;
      default: return wait_ ? G_DRAIN : G_IDLE;
    endcase
  endfunction

  always_ff @(posedge clk)
    if (rst) {gray, at, count} <= {G_CLEAR, 20'd0};
    else begin
      gray <= follow(gray, start, retire && neuron == 8'hff, sending, clearing);
      at <= slot;
      if (start && gray != G_IDLE) count <= (count == 16'hffff) ? count : count + 16'd1;
    end

  always_comb begin
    load = gray == G_IDLE && start;
    running = gray[1] || load;
    busy = gray != G_IDLE || start;
    slot = load ? next_slot : at;
    overrun = count;
  end
endmodule
