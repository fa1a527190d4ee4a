#include "textflag.h"

// func addAVX2(acc *[8]uint64, done, n int, p *byte, src unsafe.Pointer) (special bool)
TEXT ·addAVX2(SB), NOSPLIT, $0-41
	MOVQ acc+0(FP), DI
	MOVQ done+8(FP), R8
	MOVQ n+16(FP), CX
	MOVQ p+24(FP), SI
	MOVQ src+32(FP), BX
	LEAQ ·secret(SB), R9
	LEAQ (R9)(R8*8), DX
	NEGQ R8
	ADDQ $16, R8 // stripes that the block lacks
	VMOVDQU (DI), Y0
	VMOVDQU 32(DI), Y1
	MOVL $0x9E3779B1, AX
	MOVQ AX, X13
	VPBROADCASTQ X13, Y13
	VMOVDQU 128(R9), Y11
	VMOVDQU 160(R9), Y12
	VPCMPEQQ Y15, Y15, Y15
	VPSLLQ $63, Y15, Y15 // four -0
	VPXOR Y14, Y14, Y14  // where there was one, or a NaN
	TESTQ CX, CX
	JZ end

next:
	PREFETCHT0 1024(SI)
	VMOVDQU (SI), Y2
	VMOVDQU 32(SI), Y3
	VPXOR (DX), Y2, Y4
	VPXOR 32(DX), Y3, Y5
	VPSHUFD $0x31, Y4, Y6
	VPSHUFD $0x31, Y5, Y7
	VPMULUDQ Y4, Y6, Y6 // low half of a word times its high half
	VPMULUDQ Y5, Y7, Y7
	VPSHUFD $0x4E, Y2, Y2 // each word is added to its neighbour's sum
	VPSHUFD $0x4E, Y3, Y3
	VPADDQ Y2, Y0, Y0
	VPADDQ Y3, Y1, Y1
	VPADDQ Y6, Y0, Y0
	VPADDQ Y7, Y1, Y1

	VMOVDQU (BX), Y8
	VMOVDQU 32(BX), Y9
	VCMPPD $3, Y8, Y9, Y10 // unordered: either is NaN
	VPCMPEQQ Y8, Y15, Y8
	VPCMPEQQ Y9, Y15, Y9
	VPOR Y8, Y9, Y8
	VPOR Y8, Y10, Y10
	VPOR Y10, Y14, Y14

	ADDQ $64, SI
	ADDQ $64, BX
	ADDQ $8, DX
	DECQ R8
	JZ scramble

more:
	DECQ CX
	JNZ next

end:
	VMOVDQU Y0, (DI)
	VMOVDQU Y1, 32(DI)
	VPTEST Y14, Y14
	SETNE special+40(FP)
	VZEROUPPER
	RET

scramble:
	MOVQ R9, DX
	MOVQ $16, R8
	VPSRLQ $47, Y0, Y2
	VPSRLQ $47, Y1, Y3
	VPXOR Y2, Y0, Y0
	VPXOR Y3, Y1, Y1
	VPXOR Y11, Y0, Y0
	VPXOR Y12, Y1, Y1
	VPSRLQ $32, Y0, Y2
	VPSRLQ $32, Y1, Y3
	VPMULUDQ Y13, Y0, Y0 // times a prime of 32 bits, both halves
	VPMULUDQ Y13, Y1, Y1
	VPMULUDQ Y13, Y2, Y2
	VPMULUDQ Y13, Y3, Y3
	VPSLLQ $32, Y2, Y2
	VPSLLQ $32, Y3, Y3
	VPADDQ Y2, Y0, Y0
	VPADDQ Y3, Y1, Y1
	JMP more
