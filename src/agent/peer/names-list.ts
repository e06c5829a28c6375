/** Short, easy to say, and not alike: eight per letter, in the order of the alphabet. */
export const NAMES: readonly string[] = `
Ada Alba Anton Arlo Asta Atlas Axel Aya
Balder Bea Bela Birk Bix Boris Bruno Byron
Cato Celia Chloe Cleo Conan Cosmo Cyra Cyrus
Dag Dante Daphne Delia Diego Dina Dora Duke
Edda Egon Elba Elio Enzo Erik Esme Eva
Fabio Felix Fenja Fido Finn Flora Frida Fynn
Gaia Galen Gwen Gerda Gideon Gina Gosta Greta
Hagen Hana Hector Hedda Helga Hugo Hydra Hylda
Ida Igor Ilse Imre Ines Inga Iris Ivo
Jago Jana Jasper Jette Jonas Jorun Juno Jytte
Kaja Karl Kasper Kira Klara Knut Koby Kyra
Lars Lena Levi Lia Linus Loki Lotte Luna
Maia Malo Marlo Mika Milo Mira Momo Moritz
Nadja Nemo Nero Nico Nils Nina Noa Nora
Oda Odin Olaf Olga Omar Orla Oskar Otto
Pablo Pax Penny Per Petra Pia Pippa Plato
Qadir Qasim Queenie Quentin Questa Quill Quincy Quito
Ragna Ralf Remy Rhea Rita Rolf Rosa Rufus
Saga Selma Sif Silas Sina Sixten Sonja Sven
Tara Thea Theo Tilda Timo Toni Tove Tycho
Udo Ugo Ulf Ulla Uma Una Urban Ursa
Vada Vera Veit Vesta Vida Viggo Viola Volker
Wally Wanda Wendel Wilma Wim Winona Wolf Wyatt
Xander Xandra Xaver Xena Xenia Ximena Xiomara Xylon
Yael Yara Yasmin Yngve Yoko York Yuri Yves
Zadie Zara Zeno Zeus Zita Zoe Zora Zuri
`
  .trim()
  .split(/\s+/);
