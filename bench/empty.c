/* An empty static C program: what any program costs that has a libc and no work. */
int main(void) {
  return 0;
}
