using CsCheck;
using Swarm.Core.Images;

namespace Swarm.Core.Tests.Images;

public sealed class PieceSetTests
{
    [Fact]
    public void What_is_written_is_read_again() =>
        Gen.Int[0, 200].SelectMany(pieces => Gen.Bool.Array[pieces]).Sample(has =>
        {
            var set = PieceSet.Empty;
            for (var piece = 0; piece < has.Length; piece++)
            {
                if (has[piece]) set = set.Add(piece);
            }

            var read = PieceSet.FromBytes(set.ToBytes(), has.Length);

            Assert.Equal(set, read);
            Assert.Equal(has.Count(one => one), read.Count);
            Assert.All(Enumerable.Range(0, has.Length), piece => Assert.Equal(has[piece], read.Contains(piece)));
        });

    [Fact]
    public void Bits_beyond_the_last_piece_do_not_count() =>
        Assert.Equal(PieceSet.All(3), PieceSet.FromBytes([0xff, 0xff], pieces: 3));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(BlobPieces.PieceBytes, 1)]
    [InlineData(BlobPieces.PieceBytes + 1L, 2)]
    [InlineData(10L * BlobPieces.PieceBytes, 10)]
    public void A_blob_is_cut_into_pieces_of_which_only_the_last_is_shorter(long size, int pieces)
    {
        Assert.Equal(pieces, BlobPieces.CountOf(size));
        Assert.Equal(size, Enumerable.Range(0, pieces).Sum(piece => (long)BlobPieces.LengthOf(piece, size)));
    }
}
